import { client } from './client';

/** A bucket. `secret` is never printed: absent keeps the stored one, `''` clears it. */
export interface Bucket {
	enabled: boolean;
	endpoint: string;
	bucket: string;
	region: string;
	accessKey: string;
	secret?: string;
	forcePathStyle: boolean;
}

export interface RateRule {
	label: string;
	/** `''` everybody. */
	audience: '' | '@guest' | '@auth';
	/** Seconds. */
	duration: number;
	maxRequests: number;
}

/** The server's settings as it prints them. */
export interface Settings {
	meta: { appName: string; appURL: string; accentColor?: string; senderName: string; senderAddress: string; hideControls: boolean };
	/** `password` is never printed: absent keeps the stored one. */
	smtp: {
		enabled: boolean;
		host: string;
		port: number;
		username: string;
		password?: string;
		authMethod: '' | 'PLAIN' | 'LOGIN';
		tls: boolean;
		localName: string;
	};
	s3: Bucket;
	backups: { cron: string; cronMaxKeep: number; s3: Bucket };
	rateLimits: { enabled: boolean; rules: RateRule[]; excludedIPs: string[] };
	trustedProxy: { headers: string[]; useLeftmostIP: boolean };
	/** `timeout` in seconds, `maxBodySize` in bytes. */
	batch: { enabled: boolean; maxRequests: number; timeout: number; maxBodySize: number };
	/** `maxDataSize` in bytes. */
	logs: { maxDays: number; minLevel: number; logIP: boolean; logAuthId: boolean; maxDataSize?: number };
	superuserIPs: string[];
}

export const readSettings = (): Promise<Settings> => client.get('/api/settings');

/** Names of the secrets that are set: `smtp.password`. */
export async function listSecrets(): Promise<string[]> {
	const { set }: { set: string[] } = await client.get('/api/settings/secrets');
	return set;
}

export const saveSettings = (changed: Partial<Settings>): Promise<Settings> => client.patch('/api/settings', { body: changed });

export const MAIL_TEMPLATES = [
	{ id: 'verification', label: 'Verification' },
	{ id: 'password-reset', label: 'Password reset' },
	{ id: 'email-change', label: 'Change of address' },
	{ id: 'otp', label: 'One-time password' },
	{ id: 'login-alert', label: 'Sign-in from a new place' }
] as const;

export type MailKind = (typeof MAIL_TEMPLATES)[number]['id'];

/** Mails a template of the collection, as saved, with invented values. */
export async function sendTestMail(email: string, template: string, collection: string): Promise<void> {
	await client.post('/api/settings/test/email', { body: { email, template, collection } });
}

/** Writes and deletes a small file with the stored settings. */
export async function testBucket(filesystem: 'storage' | 'backups', signal?: AbortSignal): Promise<void> {
	await client.post('/api/settings/test/s3', { body: { filesystem }, signal });
}
