import { client } from './client';
import type { List } from './list';

/** What the log of a request says, and whatever else was written with an entry. */
export interface LogData {
	type?: string;
	/** Milliseconds. */
	execTime?: number;
	method?: string;
	url?: string;
	status?: number;
	auth?: string;
	userIP?: string;
	error?: string;
	[key: string]: unknown;
}

export interface Log {
	id: string;
	created: string;
	level: number;
	message: string;
	data: LogData;
}

/** Entries of one hour. */
export interface LogHour {
	date: string;
	total: number;
}

interface LogQuery {
	page: number;
	perPage: number;
	filter: string;
	sort: string;
}

export async function listLogs(query: LogQuery, signal?: AbortSignal): Promise<Log[]> {
	const { items }: List<Log> = await client.get('/api/logs', { query: { ...query, skipTotal: true }, signal });
	return items;
}

/** Some entries with what they are counted by. */
export type LogTraits = Pick<Log, 'created' | 'level' | 'message' | 'data'>;

export async function listTraits(filter: string, page: number, perPage: number, signal?: AbortSignal): Promise<LogTraits[]> {
	const fields = 'created,level,message,data.status,data.method,data.url,data.error';
	const query = { page, perPage, filter, sort: '-@rowid', skipTotal: true, fields };
	const { items }: List<LogTraits> = await client.get('/api/logs', { query, signal });
	return items;
}

/** How many entries pass, and what stands at a place of their order, counted from 0. */
export async function logAt(
	filter: string,
	sort: string,
	place: number,
	signal?: AbortSignal
): Promise<{ total: number; log: Pick<Log, 'data'> | undefined }> {
	const query = { page: place + 1, perPage: 1, filter, sort, fields: 'data' };
	const { totalItems, items }: List<Pick<Log, 'data'>> = await client.get('/api/logs', { query, signal });
	return { total: totalItems, log: items[0] };
}

export const viewLog = (id: string, signal?: AbortSignal): Promise<Log> => client.get('/api/logs/{id}', { path: { id }, signal });

export const logHours = (filter: string, signal?: AbortSignal): Promise<LogHour[]> =>
	client.get('/api/logs/stats', { query: { filter }, signal });

export const deleteLogs = () => client.delete('/api/logs');
