import { client } from './client';

export type MailKind = 'verification' | 'password-reset' | 'email-change' | 'otp' | 'login-alert';

/** Mails a template of the collection, as saved, with invented values. */
export async function testMail(template: MailKind, collection: string, email: string): Promise<void> {
	await client.post('/api/settings/test/email', { body: { template, collection, email } });
}

interface AppleKey {
	clientId: string;
	teamId: string;
	keyId: string;
	privateKey: string;
	/** Seconds. */
	duration: number;
}

/** The client secret Apple takes for a while. */
export async function appleSecret(key: AppleKey): Promise<string> {
	const { secret } = await client.post<{ secret: string }>('/api/settings/apple/generate-client-secret', { body: key });
	return secret;
}
