import { client } from './client';
import { ApiError } from './error';
import { readSettings } from './settings';

/** One write among others. */
export interface Write {
	method: 'POST' | 'PATCH' | 'PUT' | 'DELETE';
	url: string;
	body?: Record<string, unknown>;
}

export const writesOf = (collection: string) => {
	const records = `/api/collections/${encodeURIComponent(collection)}/records`;
	const one = (id: string) => `${records}/${encodeURIComponent(id)}`;
	return {
		create: (body: Record<string, unknown>): Write => ({ method: 'POST', url: records, body }),
		/** Changes the record of the id in the body, or creates it. */
		upsert: (body: Record<string, unknown>): Write => ({ method: 'PUT', url: records, body }),
		update: (id: string, body: Record<string, unknown>): Write => ({ method: 'PATCH', url: one(id), body }),
		remove: (id: string): Write => ({ method: 'DELETE', url: one(id) })
	};
};

/** How many writes the settings allow in one request; 0 when they allow none. */
export async function mostInBatch(): Promise<number> {
	const { batch } = await readSettings();
	return batch.enabled ? batch.maxRequests : 0;
}

/** All of them, or none: the first that fails takes the others back. */
export const sendBatch = (requests: Write[], signal?: AbortSignal): Promise<{ status: number; body: unknown }[]> =>
	client.post('/api/batch', { body: { requests }, signal });

/** Which write of a batch failed and why; undefined when the batch failed as a whole. */
export function failedWrite(error: ApiError): { index: number; error: ApiError } | undefined {
	const requests = error.data['requests'];
	const [entry] = typeof requests === 'object' && requests !== null ? Object.entries(requests) : [];
	if (!entry) return undefined;
	const { response, message } = entry[1] as {
		response?: { status: number; message: string; data: Record<string, unknown> };
		message?: string;
	};
	return {
		index: Number(entry[0]),
		error: response ? new ApiError(response.status, response.message, response.data) : new ApiError(400, message ?? error.message)
	};
}

/** One write by itself, where batches are not allowed. */
export async function sendWrite({ method, url, body }: Write, signal?: AbortSignal): Promise<void> {
	if (method === 'DELETE') return client.send('DELETE', url, { signal });
	if (method === 'PATCH') return client.send('PATCH', url, { body, signal });
	if (method === 'PUT') {
		try {
			return await client.send('PATCH', `${url}/${encodeURIComponent(String(body?.['id'] ?? ''))}`, { body, signal });
		} catch (thrown) {
			if (!(thrown instanceof ApiError) || thrown.status !== 404) throw thrown;
		}
	}
	return client.send('POST', url, { body, signal });
}
