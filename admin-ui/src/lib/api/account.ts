import { client } from './client';

/** What the mails of an auth collection ask their readers to do. None of these needs a session: the mail's token is the proof. */

const asGuest = (collection: string, body: object) => ({ path: { collection }, token: '', body });

export async function requestVerification(collection: string, email: string): Promise<void> {
	await client.post('/api/collections/{collection}/request-verification', asGuest(collection, { email }));
}

export async function confirmVerification(collection: string, token: string): Promise<void> {
	await client.post('/api/collections/{collection}/confirm-verification', asGuest(collection, { token }));
}

/** Answers the same whether or not there is such an account. */
export async function requestPasswordReset(collection: string, email: string): Promise<void> {
	await client.post('/api/collections/{collection}/request-password-reset', asGuest(collection, { email }));
}

export async function confirmPasswordReset(collection: string, token: string, password: string): Promise<void> {
	await client.post(
		'/api/collections/{collection}/confirm-password-reset',
		asGuest(collection, { token, password, passwordConfirm: password })
	);
}

export async function confirmEmailChange(collection: string, token: string, password: string): Promise<void> {
	await client.post('/api/collections/{collection}/confirm-email-change', asGuest(collection, { token, password }));
}
