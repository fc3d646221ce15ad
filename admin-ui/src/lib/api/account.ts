import { client } from './client';

/** What the mails of an auth collection ask their readers to do. None of these needs a session: the mail's token is the proof. */

const path = (collection: string, action: string) => `/api/collections/${encodeURIComponent(collection)}/${action}`;
const asGuest = (body: object) => ({ token: '', body });

export async function requestVerification(collection: string, email: string): Promise<void> {
	await client.post(path(collection, 'request-verification'), asGuest({ email }));
}

export async function confirmVerification(collection: string, token: string): Promise<void> {
	await client.post(path(collection, 'confirm-verification'), asGuest({ token }));
}

/** Answers the same whether or not there is such an account. */
export async function requestPasswordReset(collection: string, email: string): Promise<void> {
	await client.post(path(collection, 'request-password-reset'), asGuest({ email }));
}

export async function confirmPasswordReset(collection: string, token: string, password: string): Promise<void> {
	await client.post(path(collection, 'confirm-password-reset'), asGuest({ token, password, passwordConfirm: password }));
}

export async function confirmEmailChange(collection: string, token: string, password: string): Promise<void> {
	await client.post(path(collection, 'confirm-email-change'), asGuest({ token, password }));
}
