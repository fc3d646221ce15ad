import type { Field, FieldKind } from '$lib/api/collection';

export type Direction = 'ascending' | 'descending';

/** Kinds whose large values are the interesting ones. */
const LARGEST_FIRST: ReadonlySet<FieldKind> = new Set(['number', 'bool', 'date', 'autodate', 'file']);

/** How a table sorted by `sort` is sorted by this field. */
export function directionOf(sort: string, field: Field): Direction | undefined {
	if (sort === field.name) return 'ascending';
	return sort === '-' + field.name ? 'descending' : undefined;
}

/** The sort after another press on a column's head: one way, the other way, as usual. */
export function nextSort(sort: string, field: Field): string {
	const [first, second] = LARGEST_FIRST.has(field.type) ? ['-' + field.name, field.name] : [field.name, '-' + field.name];
	if (sort === first) return second;
	return sort === second ? '' : first;
}
