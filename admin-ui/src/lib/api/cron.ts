import { client } from './client';

export interface Cron {
	id: string;
	/** Five parts, in UTC. */
	expression: string;
}

export const listCrons = (signal?: AbortSignal): Promise<Cron[]> => client.get('/api/crons', { signal });

/** Starts it now; its end is not waited for. */
export async function runCron(id: string): Promise<void> {
	await client.post('/api/crons/{id}', { path: { id } });
}
