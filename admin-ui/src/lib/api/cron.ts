import { client } from './client';

export interface Cron {
	id: string;
	/** Five parts, in UTC. */
	expression: string;
	running?: boolean;
	/** When it is due; `''` for never. */
	next?: string;
	/** How it went last since the server started; `took` in milliseconds, `error` is `''` for none. */
	last?: { started: string; took: number; error: string } | null;
}

export const listCrons = (signal?: AbortSignal): Promise<Cron[]> => client.get('/api/crons', { signal });

/** Starts it now; its end is not waited for. */
export async function runCron(id: string): Promise<void> {
	await client.post('/api/crons/{id}', { path: { id } });
}
