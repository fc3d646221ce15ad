import { client } from './client';

/** Everything the team shares about the dashboard, by key. */
export const readDashboard = (signal?: AbortSignal): Promise<Record<string, unknown>> => client.get('/api/dashboard', { signal });

/** Replaces one document; `null` deletes it. The last write wins. */
export async function writeDashboard(key: string, document: unknown): Promise<void> {
	await client.put('/api/dashboard/{key}', { path: { key }, body: document });
}
