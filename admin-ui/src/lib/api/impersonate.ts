import { client } from './client';

/** A token that acts as somebody else and cannot be refreshed; 0 seconds: as long as a sign-in. */
export async function impersonate(collection: string, id: string, seconds: number): Promise<string> {
	const { token }: { token: string } = await client.post('/api/collections/{collection}/impersonate/{id}', {
		path: { collection, id },
		body: { duration: seconds }
	});
	return token;
}
