import type { Field, FieldKind } from '$lib/api/collection';
import { catalog } from '$lib/catalog/catalog.svelte';
import { speakingFields } from './summary';

export type Direction = 'ascending' | 'descending';

/** One key of a sort. */
export interface SortKey {
	/** A field's name, or a path through a relation. */
	path: string;
	direction: Direction;
}

/** Kinds whose large values are the interesting ones. */
const LARGEST_FIRST: ReadonlySet<FieldKind> = new Set(['number', 'bool', 'date', 'autodate', 'file']);

/** The keys of a sort as addresses and the server have it: `-price,name`. */
export function keysOf(sort: string): SortKey[] {
	return sort
		.split(',')
		.map((part) => part.trim())
		.filter((part) => part !== '' && part !== '-')
		.map((part) =>
			part.startsWith('-') ? { path: part.slice(1), direction: 'descending' } : { path: part.replace(/^\+/, ''), direction: 'ascending' }
		);
}

export const sortOf = (keys: SortKey[]) => keys.map(({ path, direction }) => (direction === 'descending' ? '-' : '') + path).join();

/** What a column is sorted by: the name of the record a relation points at, rather than its id. */
export function pathOf(field: Field): string {
	if (field.type !== 'relation' || field.maxSelect > 1) return field.name;
	const target = catalog.find(field.collectionId);
	const speaking = target && speakingFields(target)[0];
	return speaking ? `${field.name}.${speaking.name}` : field.name;
}

/** How a table sorted by `sort` is sorted by this field: which way, and as which key, from 1. */
export function sortedBy(sort: string, field: Field): { direction: Direction; place: number } | undefined {
	const keys = keysOf(sort);
	const at = placeOf(keys, field);
	return at < 0 ? undefined : { direction: (keys[at] as SortKey).direction, place: at + 1 };
}

const placeOf = (keys: SortKey[], field: Field) => keys.findIndex(({ path }) => path === field.name || path === pathOf(field));

/**
 * The sort after another press on a column's head: one way, the other way, as usual. `added` leaves the other keys as
 * they are; `alone` drops them.
 */
export function nextSort(sort: string, field: Field, how: 'alone' | 'added' = 'alone'): string {
	const all = keysOf(sort);
	const keys = how === 'added' || all.length < 2 ? all : [];
	const at = placeOf(keys, field);
	const [first, second] = directionsOf(field);
	if (at < 0) return sortOf([...(how === 'added' ? keys : []), { path: pathOf(field), direction: first }]);
	if (keys[at]?.direction === first) return sortOf(keys.with(at, { path: pathOf(field), direction: second }));
	return sortOf(keys.toSpliced(at, 1));
}

/** The way a field is sorted first, and the other one. */
export const directionsOf = (field: Field): [Direction, Direction] =>
	LARGEST_FIRST.has(field.type) ? ['descending', 'ascending'] : ['ascending', 'descending'];
