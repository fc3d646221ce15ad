import { client } from './client';
import type { List } from './list';
import type { OnUpload } from './upload';

/** A record as the server prints it: its fields by name, and the records its relations point at under `expand`. */
export interface Row {
	id: string;
	collectionId: string;
	collectionName: string;
	expand?: Record<string, Row | Row[]>;
	[field: string]: unknown;
}

export interface ListQuery {
	page: number;
	perPage: number;
	sort: string;
	filter: string;
	expand: string;
	/** Only these; all without. */
	fields?: string;
}

const RECORDS = '/api/collections/{collection}/records';
const RECORD = '/api/collections/{collection}/records/{id}';

/** One page without its totals: counting may take longer than reading, so `countRecords` asks apart. */
export async function listRecords(collection: string, query: ListQuery, signal?: AbortSignal): Promise<Row[]> {
	const { items }: List<Row> = await client.get(RECORDS, {
		path: { collection },
		query: { ...query, skipTotal: true },
		signal
	});
	return items;
}

/** How many records pass the filter. */
export async function countRecords(collection: string, filter: string, signal?: AbortSignal): Promise<number> {
	const { totalItems }: List<Row> = await client.get(RECORDS, {
		path: { collection },
		query: { filter, perPage: 1, fields: 'id' },
		signal
	});
	return totalItems;
}

export async function viewRecord(collection: string, id: string, expand: string, signal?: AbortSignal): Promise<Row> {
	return client.get(RECORD, { path: { collection, id }, query: { expand }, signal });
}

/** A body with files is a form: the fields as JSON under `@jsonPayload`, each file as a part. */
export type RecordBody = Record<string, unknown> | FormData;

/** Told how far files have come, and stopped. */
interface Upload {
	onupload?: OnUpload | undefined;
	signal?: AbortSignal | undefined;
}

export async function createRecord(collection: string, body: RecordBody, expand: string, upload: Upload = {}): Promise<Row> {
	return client.post(RECORDS, { path: { collection }, query: { expand }, body, ...upload });
}

export async function updateRecord(collection: string, id: string, body: RecordBody, expand: string, upload: Upload = {}): Promise<Row> {
	return client.patch(RECORD, { path: { collection, id }, query: { expand }, body, ...upload });
}

/** `outlive`: also when the page is being left. */
export async function deleteRecord(collection: string, id: string, { outlive = false } = {}): Promise<void> {
	await client.delete(RECORD, { path: { collection, id }, keepalive: outlive });
}
