import type { Collection } from '$lib/api/collection';
import { curlOf, SHAPES, type Topic } from './topics';

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
			status: 200,
			answer: {
				password: { enabled: true, identityFields: ['email'] },
				otp: { enabled: false, duration: 0 },
				mfa: { enabled: false, duration: 0 },
				oauth2: { enabled: false, providers: [] }
			},
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
			params: SHAPES,
			js: `const { token, record } = await ${of}.authWithPassword('kim@example.com', 'correct-horse-9');\n\npb.authStore.isValid; // true from now on\npb.authStore.clear(); // signs out`,
			curl: post('auth-with-password', { identity: 'kim@example.com', password: 'correct-horse-9' }),
			status: 200,
			answer: signed
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
			status: 200,
			answer: signed
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
			status: 200,
			answer: { ...signed, meta: { id: '10987', name: 'Kim', email: 'kim@example.com', isNew: false } }
		},
		{
			id: 'auth-refresh',
			title: 'Refresh the token',
			about: 'A new token for one that still holds.',
			method: 'POST',
			path: `${base}/auth-refresh`,
			...condition,
			js: `const { token, record } = await ${of}.authRefresh();`,
			curl: curlOf('POST', `${origin}${base}/auth-refresh`),
			status: 200,
			answer: signed
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
			status: 204
		},
		{
			id: 'password-reset',
			title: 'Password reset',
			about: 'A mail with a link, then the token of the link and a new password. Ends every session.',
			method: 'POST',
			path: `${base}/request-password-reset`,
			js: `await ${of}.requestPasswordReset('kim@example.com');\n\nawait ${of}.confirmPasswordReset('TOKEN', 'new-password-1', 'new-password-1');`,
			curl: `${post('request-password-reset', { email: 'kim@example.com' })}\n\n${post('confirm-password-reset', { token: 'TOKEN', password: 'new-password-1', passwordConfirm: 'new-password-1' })}`,
			status: 204
		},
		{
			id: 'email-change',
			title: 'Change of address',
			about: 'A mail to the new address, then the token of the link and the password.',
			method: 'POST',
			path: `${base}/request-email-change`,
			js: `await ${of}.requestEmailChange('new@example.com'); // signed in\n\nawait ${of}.confirmEmailChange('TOKEN', 'correct-horse-9');`,
			curl: `${curlOf('POST', `${origin}${base}/request-email-change`, { newEmail: 'new@example.com' })}\n\n${post('confirm-email-change', { token: 'TOKEN', password: 'correct-horse-9' })}`,
			status: 204
		}
	];
	if (!isSuper) return [...signing, ...mails];
	return [...signing.filter((topic) => topic.id !== 'auth-oauth2'), ...mails.filter((topic) => topic.id === 'password-reset')];
}
