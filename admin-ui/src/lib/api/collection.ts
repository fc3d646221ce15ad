import { client } from './client';
import type { List } from './list';

interface Common {
	id: string;
	name: string;
	system: boolean;
	hidden: boolean;
	presentable: boolean;
	required?: boolean;
	help?: string;
}

/** The options of each field kind, as the server prints them. */
interface Options {
	text: { min: number; max: number; pattern: string; autogeneratePattern: string; primaryKey: boolean };
	number: { min: number | null; max: number | null; onlyInt: boolean };
	bool: object;
	email: { onlyDomains: string[]; exceptDomains: string[] };
	url: { onlyDomains: string[]; exceptDomains: string[] };
	editor: { maxSize: number; convertURLs: boolean };
	date: { min: string; max: string };
	autodate: { onCreate: boolean; onUpdate: boolean };
	select: { values: string[]; maxSelect: number };
	file: { maxSelect: number; maxSize: number; mimeTypes: string[]; thumbs: string[]; protected: boolean };
	relation: { collectionId: string; cascadeDelete: boolean; minSelect: number; maxSelect: number };
	json: { maxSize: number };
	password: { min: number; max: number; pattern: string; cost: number };
	geoPoint: object;
}

export type FieldKind = keyof Options;

/** A field of one kind: `FieldOf<'select'>` has `values`. */
export type FieldOf<K extends FieldKind> = Common & { type: K } & Options[K];

export type Field = { [K in FieldKind]: FieldOf<K> }[FieldKind];

export type CollectionType = 'base' | 'auth' | 'view';

/** `null` superusers only, `''` everybody, otherwise an expression. */
export type Rule = string | null;

export interface Collection {
	id: string;
	name: string;
	type: CollectionType;
	system: boolean;
	fields: Field[];
	indexes: string[];
	listRule: Rule;
	viewRule: Rule;
	createRule: Rule;
	updateRule: Rule;
	deleteRule: Rule;
	created: string;
	updated: string;
}

const PER_PAGE = 500;

/** All collections; the server prints at most 1000 on a page. */
export async function listCollections(signal?: AbortSignal): Promise<Collection[]> {
	const all: Collection[] = [];
	for (let page = 1; ; page++) {
		const { items } = await client.get<List<Collection>>('/api/collections', {
			query: { page, perPage: PER_PAGE, sort: 'name', skipTotal: true },
			signal
		});
		all.push(...items);
		if (items.length < PER_PAGE) return all;
	}
}
