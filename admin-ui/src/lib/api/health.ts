import { client } from './client';

/** What the server tells superusers about itself and about this request. */
export interface Health {
	/** False while a backup or a restore is under way. */
	canBackup?: boolean;
	/** The address the server takes for the caller's. */
	realIP?: string;
	/** A header some proxy in front seems to set; `''` for none. */
	possibleProxyHeader?: string;
}

export async function readHealth(signal?: AbortSignal): Promise<Health> {
	const { data }: { data: Health } = await client.get('/api/health', { signal });
	return data;
}
