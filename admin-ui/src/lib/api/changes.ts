import { client } from './client';

/** What became of a record at one time. */
export interface RecordChange {
	seq: number;
	action: 'create' | 'update' | 'delete';
	/** The record's id. */
	record: string;
	created: string;
	/** Nothing for guests, and for what the server did by itself. */
	author: { collectionId: string; collectionName: string; id: string } | null;
	/** Of an update, the values it changed; null where they are not kept. */
	before: Record<string, unknown> | null;
	after: Record<string, unknown> | null;
}

interface Asked {
	/** Of one record only; `''` for all. */
	record: string;
	/** Only what was earlier than this number; nothing begins with the newest. */
	before: number | undefined;
	perPage: number;
}

/** As far as the history goes back, newest first. */
export async function listChanges(
	collection: string,
	{ record, before, perPage }: Asked,
	signal: AbortSignal
): Promise<{ items: RecordChange[]; more: boolean }> {
	const query = { perPage, ...(record && { record }), ...(before !== undefined && { before }) };
	return client.get('/api/collections/{collection}/changes', { path: { collection }, query, signal });
}
