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

/** @param token instead of the session's */
export async function readHealth(token?: string): Promise<Health> {
	const { data }: { data: Health } = await client.get('/api/health', token === undefined ? {} : { token });
	return data;
}
