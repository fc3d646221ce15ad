import { client } from './client';
import type { Row } from './record';

const path = { collection: '_superusers' };

export interface Signed {
	token: string;
	record: Row & { email: string };
}

export async function signIn(identity: string, password: string): Promise<Signed> {
	return client.post('/api/collections/{collection}/auth-with-password', { path, token: '', body: { identity, password } });
}

/** What a superuser may sign in with besides the password: names of fields. */
export async function identityFields(): Promise<string[]> {
	const { password }: { password: { identityFields: string[] } } = await client.get('/api/collections/{collection}/auth-methods', {
		path,
		token: ''
	});
	return password.identityFields;
}

/** Mails a one-time code; the id belongs to the second step of a sign-in. */
export async function requestCode(email: string): Promise<string> {
	const { otpId }: { otpId: string } = await client.post('/api/collections/{collection}/request-otp', { path, token: '', body: { email } });
	return otpId;
}

export async function signInWithCode(mfaId: string, otpId: string, code: string): Promise<Signed> {
	return client.post('/api/collections/{collection}/auth-with-otp', { path, token: '', body: { mfaId, otpId, password: code } });
}

/** A new token for a current one; an installer's token comes back as it is. */
export async function refresh(token: string): Promise<Signed> {
	return client.post('/api/collections/{collection}/auth-refresh', { path, token });
}

/** Creates a superuser; during installation `token` is the one of the link. */
export async function createSuperuser(email: string, password: string, token: string): Promise<void> {
	await client.post('/api/collections/{collection}/records', { path, token, body: { email, password, passwordConfirm: password } });
}
