import { client } from './client';

export interface SqlResult {
	/** Milliseconds. */
	execTime: number;
	affectedRows: number;
	columns: { name: string; type: string; nullable: boolean }[];
	rows: (string | null)[][];
}

/** The server cuts a result here without a word. */
export const MOST_ROWS = 1000;

export const runSql = (query: string, signal?: AbortSignal): Promise<SqlResult> => client.post('/api/sql', { body: { query }, signal });
