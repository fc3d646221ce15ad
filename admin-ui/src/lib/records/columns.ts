import type { Collection, Field } from '$lib/api/collection';
import type { Row } from '$lib/api/record';
import { kindOf } from '$lib/fields/kinds';

export interface Column {
	field: Field;
	/** Pixels. */
	width: number;
}

const HEADER_EXTRA = 68;
const CELL_EXTRA = 30;
const CHARACTER = 7.2;

/** Not shown unless asked for: what is hidden from clients, and what never has a value to show. */
export const isShownAtFirst = (field: Field) => !field.hidden && field.type !== 'password';

/** The fields a table shows, each as wide as the first page needs within the limits of its kind. */
export function columnsOf(fields: Field[], rows: Row[]): Column[] {
	return fields.map((field) => {
		const kind = kindOf(field);
		const [least, most] = kind.width;
		const longest = rows.reduce((longest, row) => Math.max(longest, kind.length(row[field.name], row, field)), 0);
		const wanted = Math.max(longest * CHARACTER + CELL_EXTRA, field.name.length * CHARACTER + HEADER_EXTRA);
		return { field, width: Math.round(Math.min(most, Math.max(least, wanted))) };
	});
}

const key = (collection: Collection) => `cratebase.columns.${collection.id}`;

/** The names of the shown columns, as chosen before or as they are at first. */
export function chosenColumns(collection: Collection): Set<string> {
	const stored = readStored(collection);
	// Fields that are newer than the choice are shown as they would be at first.
	return new Set(collection.fields.filter((field) => stored[field.id] ?? isShownAtFirst(field)).map((field) => field.name));
}

export function keepColumns(collection: Collection, shown: ReadonlySet<string>): void {
	const stored = Object.fromEntries(collection.fields.map((field) => [field.id, shown.has(field.name)]));
	localStorage.setItem(key(collection), JSON.stringify(stored));
}

function readStored(collection: Collection): Record<string, boolean> {
	try {
		return JSON.parse(localStorage.getItem(key(collection)) ?? '{}') as Record<string, boolean>;
	} catch {
		return {};
	}
}
