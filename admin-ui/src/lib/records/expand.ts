import type { Collection } from '$lib/api/collection';
import type { Row } from '$lib/api/record';

/** Enough for any table on a screen; a view of a hundred relations shows ids for the rest. */
const MOST = 24;

/** The `expand` that brings along what the relations of a record point at. */
export function expandOf(collection: Collection): string {
	return collection.fields
		.filter((field) => field.type === 'relation')
		.slice(0, MOST)
		.map((field) => field.name)
		.join(',');
}

/** A related record as far as it is known: always its id, the rest when it came along. */
export interface Related {
	id: string;
	row: Row | undefined;
}

export function relatedOf(row: Row, field: string): Related[] {
	const value = row[field];
	const ids = Array.isArray(value) ? (value as string[]) : typeof value === 'string' && value ? [value] : [];
	const expanded = row.expand?.[field];
	const known = Array.isArray(expanded) ? expanded : expanded ? [expanded] : [];
	return ids.map((id) => ({ id, row: known.find((one) => one.id === id) }));
}
