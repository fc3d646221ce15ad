import type { Collection } from '$lib/api/collection';
import { done, isOff, noToken, notLetIn, ok, secondFactor, tooMany, wrongCode, wrongService, wrongSignIn, wrongToken } from './answers';
import { SHAPES, type Param } from './params';
import { curlOf, type Topic } from './topic';

const need = (name: string, about = ''): Param => ({ name, type: 'string', about, required: true });
const MFA: Param = { name: 'mfaId', type: 'string', about: 'Of the first step, where two factors are asked for' };
const ADDRESS = need('email', 'The address of the account');
const TOKEN = need('token', 'Of the link in the mail: confirms');

/** What accounts can do beyond being records. */
export function accountTopics(collection: Collection, origin: string, record: Record<string, unknown>): Topic[] {
	const { name } = collection;
	const base = `/api/collections/${name}`;
	const of = `pb.collection('${name}')`;
	const signed = { token: 'eyJhbGciOiJIUzI1NiJ9…', record: { ...record, email: 'kim@example.com' } };
	const post = (action: string, body: object) => curlOf('POST', `${origin}${base}/${action}`, body, false);
	const rule = collection.authRule;
	const off = (isOn: boolean | undefined, what: string) =>
		isOn ? {} : { off: `${what} is off in this collection: turn it on under Sign-in.` };
	const condition = rule === undefined ? {} : { rule, open: 'Every account of the collection, without a further condition.' };
	const isSuper = name === '_superusers';

	const signing: Topic[] = [
		{
			id: 'auth-methods',
			title: 'Ways to sign in',
			about: 'What a sign-in screen has to offer; needs no token.',
			method: 'GET',
			path: `${base}/auth-methods`,
			js: `const methods = await ${of}.listAuthMethods();`,
			curl: curlOf('GET', `${origin}${base}/auth-methods`, undefined, false),
			dart: `final methods = await ${of}.listAuthMethods();`,
			answers: [
				ok({
					password: { enabled: true, identityFields: ['email'] },
					otp: { enabled: false, duration: 0 },
					mfa: { enabled: false, duration: 0 },
					oauth2: { enabled: false, providers: [] }
				})
			],
			tries: 'plain'
		},
		{
			id: 'auth-password',
			title: 'Sign in: password',
			about: 'A token for an identity and its password. With two factors the answer is 401 with an mfaId, for the second step.',
			method: 'POST',
			path: `${base}/auth-with-password`,
			...condition,
			...off(collection.passwordAuth?.enabled, 'Signing in with a password'),
			query: SHAPES,
			body: [need('identity', (collection.passwordAuth?.identityFields ?? ['email']).join(', ')), need('password'), MFA],
			js: `const { token, record } = await ${of}.authWithPassword('kim@example.com', 'correct-horse-9');\n\npb.authStore.isValid; // true from now on\npb.authStore.clear(); // signs out`,
			curl: post('auth-with-password', { identity: 'kim@example.com', password: 'correct-horse-9' }),
			dart: `final auth = await ${of}.authWithPassword('kim@example.com', 'correct-horse-9');\n\npb.authStore.isValid; // true from now on\npb.authStore.clear(); // signs out`,
			answers: [ok(signed), wrongSignIn, secondFactor, notLetIn, isOff('password')]
		},
		{
			id: 'auth-otp',
			title: 'Sign in: one-time code',
			about: 'A code by mail, then a token for it.',
			method: 'POST',
			path: `${base}/auth-with-otp`,
			...condition,
			...off(collection.otp?.enabled, 'Signing in with a one-time code'),
			js: `const { otpId } = await ${of}.requestOTP('kim@example.com');\n\n// the code came by mail\nconst { token, record } = await ${of}.authWithOTP(otpId, '12345678');`,
			curl: `${post('request-otp', { email: 'kim@example.com' })}\n\n${post('auth-with-otp', { otpId: 'OTP_ID', password: '12345678' })}`,
			dart: `final request = await ${of}.requestOTP('kim@example.com');\n\n// the code came by mail\nfinal auth = await ${of}.authWithOTP(request.otpId, '12345678');`,
			query: SHAPES,
			body: [
				need('email', 'Where the code goes: asks for it'),
				need('otpId', 'From that answer: signs in'),
				need('password', 'The code'),
				MFA
			],
			answers: [ok(signed), wrongCode, secondFactor, isOff('OTP'), tooMany]
		},
		{
			id: 'auth-oauth2',
			title: 'Sign in: other services',
			about: 'Opens the window of the service and waits for its end; a new account is made where there is none.',
			method: 'POST',
			path: `${base}/auth-with-oauth2`,
			...condition,
			...off(collection.oauth2?.enabled, 'Signing in with other services'),
			js: `const { token, record, meta } = await ${of}.authWithOAuth2({ provider: '${collection.oauth2?.providers[0]?.name ?? 'google'}' });`,
			curl: `# by hand: read codeVerifier and authURL from auth-methods, send people there, then\n${post('auth-with-oauth2', { provider: collection.oauth2?.providers[0]?.name ?? 'google', code: 'CODE', codeVerifier: 'CODE_VERIFIER', redirectURL: `${origin}/api/oauth2-redirect` })}`,
			dart: `final auth = await ${of}.authWithOAuth2('${collection.oauth2?.providers[0]?.name ?? 'google'}', (url) async {\n  await launchUrl(url); // package:url_launcher\n});`,
			query: SHAPES,
			body: [
				need('provider', 'The name of the service'),
				need('code', 'As the service hands it to redirectURL'),
				need('codeVerifier', 'As auth-methods said it'),
				need('redirectURL', 'The same as when people were sent there'),
				{ name: 'createData', type: 'object', about: 'Fields of the account, where a new one is made' }
			],
			answers: [
				ok({ ...signed, meta: { id: '10987', name: 'Kim', email: 'kim@example.com', isNew: false } }),
				wrongService,
				secondFactor,
				isOff('OAuth2')
			]
		},
		{
			id: 'auth-refresh',
			title: 'Refresh the token',
			about: 'A new token for one that still holds.',
			method: 'POST',
			path: `${base}/auth-refresh`,
			...condition,
			js: `const { token, record } = await ${of}.authRefresh();`,
			dart: `final auth = await ${of}.authRefresh();`,
			curl: curlOf('POST', `${origin}${base}/auth-refresh`),
			query: SHAPES,
			answers: [ok(signed), noToken, notLetIn]
		}
	];

	const mails: Topic[] = [
		{
			id: 'verification',
			title: 'Verification',
			about: 'A mail with a link, then the token of the link. Answers the same for unknown addresses.',
			method: 'POST',
			path: `${base}/request-verification`,
			js: `await ${of}.requestVerification('kim@example.com');\n\nawait ${of}.confirmVerification('TOKEN');`,
			curl: `${post('request-verification', { email: 'kim@example.com' })}\n\n${post('confirm-verification', { token: 'TOKEN' })}`,
			dart: `await ${of}.requestVerification('kim@example.com');\n\nawait ${of}.confirmVerification('TOKEN');`,
			body: [ADDRESS, TOKEN],
			answers: [done, wrongToken]
		},
		{
			id: 'password-reset',
			title: 'Password reset',
			about: 'A mail with a link, then the token of the link and a new password. Ends every session.',
			method: 'POST',
			path: `${base}/request-password-reset`,
			js: `await ${of}.requestPasswordReset('kim@example.com');\n\nawait ${of}.confirmPasswordReset('TOKEN', 'new-password-1', 'new-password-1');`,
			curl: `${post('request-password-reset', { email: 'kim@example.com' })}\n\n${post('confirm-password-reset', { token: 'TOKEN', password: 'new-password-1', passwordConfirm: 'new-password-1' })}`,
			dart: `await ${of}.requestPasswordReset('kim@example.com');\n\nawait ${of}.confirmPasswordReset('TOKEN', 'new-password-1', 'new-password-1');`,
			body: [ADDRESS, TOKEN, need('password', 'The new one'), need('passwordConfirm', 'The same once more')],
			answers: [done, wrongToken]
		},
		{
			id: 'email-change',
			title: 'Change of address',
			about: 'A mail to the new address, then the token of the link and the password.',
			method: 'POST',
			path: `${base}/request-email-change`,
			js: `await ${of}.requestEmailChange('new@example.com'); // signed in\n\nawait ${of}.confirmEmailChange('TOKEN', 'correct-horse-9');`,
			curl: `${curlOf('POST', `${origin}${base}/request-email-change`, { newEmail: 'new@example.com' })}\n\n${post('confirm-email-change', { token: 'TOKEN', password: 'correct-horse-9' })}`,
			dart: `await ${of}.requestEmailChange('new@example.com'); // signed in\n\nawait ${of}.confirmEmailChange('TOKEN', 'correct-horse-9');`,
			body: [need('newEmail', 'Signed in: asks for the change'), TOKEN, need('password', 'Of the account')],
			answers: [done, wrongToken, noToken]
		}
	];
	if (!isSuper) return [...signing, ...mails];
	return [...signing.filter((topic) => topic.id !== 'auth-oauth2'), ...mails.filter((topic) => topic.id === 'password-reset')];
}
