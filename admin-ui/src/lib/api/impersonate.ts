import { client } from './client';
import type { Row } from './record';

/** A short token of somebody else: what they would see. It cannot be refreshed. */
export async function impersonate(collection: string, id: string, seconds: number): Promise<string> {
	const path = `/api/collections/${encodeURIComponent(collection)}/impersonate/${encodeURIComponent(id)}`;
	const { token } = await client.post<{ token: string; record: Row }>(path, { body: { duration: seconds } });
	return token;
}
