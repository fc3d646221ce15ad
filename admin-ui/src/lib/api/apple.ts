import { client } from './client';

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
	const { secret }: { secret: string } = await client.post('/api/settings/apple/generate-client-secret', { body: key });
	return secret;
}
