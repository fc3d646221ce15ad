import type { Collection, Field } from '$lib/api/collection';
import type { Row } from '$lib/api/record';
import { kindOf } from '$lib/fields/kinds';

/** The type under which a column's name travels while it is dragged. */
export const DRAGGED_COLUMN = 'application/x-cratebase-column';

export interface Column {
	field: Field;
	/** Pixels. */
	width: number;
}

/** What is chosen of a field's column. */
export interface Choice {
	field: Field;
	shown: boolean;
	/** Pixels; by the content where nobody has chosen one. */
	width?: number;
}

/** A choice as it is kept: by the field's id, so that a rename does not lose it. */
export interface KeptChoice {
	id: string;
	shown: boolean;
	width?: number;
}

const HEADER_EXTRA = 68;
const CELL_EXTRA = 30;
const CHARACTER = 7.2;
/** Pixels between which a width is chosen. */
export const NARROWEST = 56;
export const WIDEST = 1200;
/** By which an arrow changes it. */
export const STEP = 16;

export const inBounds = (width: number) => Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)));

/** Not shown unless asked for: what is hidden from clients, and what never has a value to show. */
export const isShownAtFirst = (field: Field) => !field.hidden && field.type !== 'password';

/** The fields a table shows, each as wide as was chosen, or as the first page needs within the limits of its kind. */
export function columnsOf(choices: Choice[], rows: Row[]): Column[] {
	return choices.map(({ field, width }) => {
		if (width !== undefined) return { field, width };
		const kind = kindOf(field);
		const [least, most] = kind.width;
		const longest = rows.reduce((longest, row) => Math.max(longest, kind.length(row[field.name], row, field)), 0);
		const wanted = Math.max(longest * CHARACTER + CELL_EXTRA, field.name.length * CHARACTER + HEADER_EXTRA);
		return { field, width: Math.round(Math.min(most, Math.max(least, wanted))) };
	});
}

/**
 * All fields of a collection in the chosen order. Those nobody has chosen about, newer ones, stand behind the field they
 * are behind in the collection, and are `shown` as asked. The id's stays first: every row is opened by it.
 */
export function arranged(collection: Collection, kept: KeptChoice[], shown: (field: Field) => boolean): Choice[] {
	const byId = new Map(collection.fields.map((field) => [field.id, field]));
	const choices: Choice[] = kept.flatMap(({ id, shown, width }) => {
		const field = byId.get(id);
		if (!field || !byId.delete(id)) return [];
		return [{ field, shown, ...(typeof width === 'number' && { width: inBounds(width) }) }];
	});
	collection.fields.forEach((field, i) => {
		if (!byId.has(field.id)) return;
		const before = collection.fields[i - 1];
		const at = before ? choices.findIndex((one) => one.field.id === before.id) : -1;
		choices.splice(at + 1, 0, { field, shown: shown(field) });
	});
	const id = choices.findIndex(({ field }) => field.name === 'id');
	if (id < 0) return choices;
	return [{ ...(choices[id] as Choice), shown: true }, ...choices.toSpliced(id, 1)];
}

/** The choices after one of the columns was moved before another, or behind all. */
export function moved(choices: Choice[], name: string, before: string | undefined): Choice[] {
	const from = choices.findIndex(({ field }) => field.name === name);
	const one = choices[from];
	if (!one || name === before) return choices;
	const others = choices.toSpliced(from, 1);
	const to = others.findIndex(({ field }) => field.name === before);
	return others.toSpliced(to < 0 ? others.length : to, 0, one);
}

const key = (collection: Collection) => `cratebase.columns.${collection.id}`;

/** The columns as chosen before in this browser, or as they are at first. */
export const chosenColumns = (collection: Collection, kept = keptColumns(collection)) => arranged(collection, kept, isShownAtFirst);

export function keepColumns(collection: Collection, choices: Choice[]): KeptChoice[] {
	const kept = choices.map(({ field, shown, width }) => ({ id: field.id, shown, ...(width !== undefined && { width }) }));
	try {
		localStorage.setItem(key(collection), JSON.stringify(kept));
	} catch {
		// The storage is full: the choice holds until the page is left.
	}
	return kept;
}

export function keptColumns(collection: Collection): KeptChoice[] {
	try {
		const stored: unknown = JSON.parse(localStorage.getItem(key(collection)) ?? '[]');
		return Array.isArray(stored) ? stored.filter((one: KeptChoice) => typeof one?.id === 'string') : [];
	} catch {
		return [];
	}
}
