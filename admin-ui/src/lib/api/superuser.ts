import { client } from './client';
import type { Row } from './record';

const SUPERUSERS = '/api/collections/_superusers';

export interface Signed {
	token: string;
	record: Row & { email: string };
}

export async function signIn(identity: string, password: string): Promise<Signed> {
	return client.post<Signed>(`${SUPERUSERS}/auth-with-password`, { token: '', body: { identity, password } });
}

/** Mails a one-time code; the id belongs to the second step of a sign-in. */
export async function requestCode(email: string): Promise<string> {
	const { otpId } = await client.post<{ otpId: string }>(`${SUPERUSERS}/request-otp`, { token: '', body: { email } });
	return otpId;
}

export async function signInWithCode(mfaId: string, otpId: string, code: string): Promise<Signed> {
	return client.post<Signed>(`${SUPERUSERS}/auth-with-otp`, { token: '', body: { mfaId, otpId, password: code } });
}

/** A new token for a current one; an installer's token comes back as it is. */
export async function refresh(token: string): Promise<Signed> {
	return client.post<Signed>(`${SUPERUSERS}/auth-refresh`, { token });
}

/** Creates a superuser; during installation `token` is the one of the link. */
export async function createSuperuser(email: string, password: string, token: string): Promise<void> {
	await client.post<Row>(`${SUPERUSERS}/records`, { token, body: { email, password, passwordConfirm: password } });
}
