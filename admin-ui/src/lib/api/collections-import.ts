import { client } from './client';
import type { List } from './list';

/** A collection with everything the server prints about it. */
export interface PlainCollection {
	id: string;
	name: string;
	type: string;
	system: boolean;
	fields: PlainField[];
	[property: string]: unknown;
}

export interface PlainField {
	id?: string;
	name: string;
	type: string;
	[option: string]: unknown;
}

const PER_PAGE = 500;

export async function readCollections(): Promise<PlainCollection[]> {
	const all: PlainCollection[] = [];
	for (let page = 1; ; page++) {
		const { items }: List<PlainCollection> = await client.get('/api/collections', {
			query: { page, perPage: PER_PAGE, sort: 'name', skipTotal: true }
		});
		all.push(...items);
		if (items.length < PER_PAGE) return all;
	}
}

/** All of them or none. */
export async function importCollections(collections: object[], deleteMissing: boolean): Promise<void> {
	await client.put('/api/collections/import', { body: { collections, deleteMissing } });
}
