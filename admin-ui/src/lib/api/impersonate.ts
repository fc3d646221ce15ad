import { client } from './client';
import type { Row } from './record';

/** A token that acts as somebody else and cannot be refreshed; 0 seconds: as long as a sign-in. */
export async function impersonate(collection: string, id: string, seconds: number): Promise<string> {
	const path = `/api/collections/${encodeURIComponent(collection)}/impersonate/${encodeURIComponent(id)}`;
	const { token } = await client.post<{ token: string; record: Row }>(path, { body: { duration: seconds } });
	return token;
}
