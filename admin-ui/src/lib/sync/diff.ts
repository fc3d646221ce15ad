import type { PlainCollection, PlainField } from '$lib/api/collections-import';

/** One property before and after; undefined where it is not there. */
export interface Difference {
	/** "listRule", "fields.title.max". */
	path: string;
	before: unknown;
	after: unknown;
	/** Data goes with it. */
	loss: boolean;
}

/** What an import does to one collection. */
export interface Effect {
	name: string;
	kind: 'added' | 'changed' | 'deleted';
	differences: Difference[];
	/** What is lost, in words; `''` for nothing. */
	loss: string;
}

/** Set by the server, or no part of what a collection is. */
const SILENT = new Set(['id', 'created', 'updated', 'fields', 'system']);

/** A collection of a file, as far as it is written down there. */
export type Entry = Partial<PlainCollection> & { name: string };

/** The collection an entry stands for: of the same id, or of the same name when it has none. */
export function matchOf(entry: Entry, existing: PlainCollection[]): PlainCollection | undefined {
	return entry.id ? existing.find((one) => one.id === entry.id) : existing.find((one) => one.name === entry.name);
}

/** What importing does, and nothing that it does not: what stays as it is is not mentioned. */
export function effectsOf(entries: Entry[], existing: PlainCollection[], deleteMissing: boolean): Effect[] {
	const effects: Effect[] = [];
	const met = new Set<string>();
	for (const entry of entries) {
		const before = matchOf(entry, existing);
		if (!before) {
			effects.push({ name: entry.name, kind: 'added', differences: [], loss: '' });
			continue;
		}
		met.add(before.id);
		const differences = [...propertyDifferences(entry, before), ...fieldDifferences(entry, before, deleteMissing)];
		if (differences.length === 0) continue;
		const lost = differences.filter((one) => one.loss).map((one) => one.path.replace(/^fields\./, ''));
		const loss = lost.length > 0 ? `The data of ${lost.join(', ')} is lost.` : '';
		effects.push({ name: before.name, kind: 'changed', differences, loss });
	}
	if (deleteMissing) {
		// System collections stay whatever a file says.
		for (const one of existing) {
			if (!one.system && !met.has(one.id))
				effects.push({ name: one.name, kind: 'deleted', differences: [], loss: 'All of its records and files are lost.' });
		}
	}
	return effects;
}

function propertyDifferences(entry: Entry, before: PlainCollection): Difference[] {
	return Object.entries(entry)
		.filter(([name]) => !SILENT.has(name))
		.flatMap(([name, after]) => deep(name, before[name], after));
}

function fieldDifferences(entry: Entry, before: PlainCollection, deleteMissing: boolean): Difference[] {
	if (!entry.fields && !deleteMissing) return [];
	const differences: Difference[] = [];
	const met = new Set<PlainField>();
	for (const field of entry.fields ?? []) {
		const own = before.fields.find((one) => field.id !== undefined && one.id === field.id);
		const twin = before.fields.find((one) => one.name === field.name && one.type === field.type);
		const old = own ?? (deleteMissing && field.id ? undefined : twin);
		if (old) met.add(old);
		if (!old) differences.push({ path: `fields.${field.name}`, before: undefined, after: field, loss: false });
		// Of a twin with another id the stored definition stays.
		else if (own || !field.id) differences.push(...optionDifferences(field, old));
	}
	if (!deleteMissing) return differences;
	for (const old of before.fields) {
		if (met.has(old) || old['system'] === true) continue;
		differences.push({ path: `fields.${old.name}`, before: old, after: undefined, loss: true });
	}
	return differences;
}

function optionDifferences(field: PlainField, old: PlainField): Difference[] {
	return Object.entries(field)
		.filter(([option]) => option !== 'id')
		.flatMap(([option, after]) => deep(`fields.${old.name}.${option}`, old[option], after))
		.map((one) => ({ ...one, loss: isNarrowed(one) }));
}

/** From several values to one: the others go. */
function isNarrowed({ path, before, after }: Difference): boolean {
	return path.endsWith('.maxSelect') && Number(before) > 1 && Number(after) <= 1;
}

/** What differs, part by part; a list counts as one. */
function deep(path: string, before: unknown, after: unknown): Difference[] {
	if (isObject(before) && isObject(after))
		return Object.entries(after).flatMap(([name, value]) => deep(`${path}.${name}`, before[name], value));
	return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after, loss: false }];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Names that exist here under another id: as they are, an import would refuse them. */
export function strangers(entries: Entry[], existing: PlainCollection[]): Entry[] {
	return entries.filter((entry) => entry.id && !matchOf(entry, existing) && existing.some((one) => one.name === entry.name));
}

/** The entries with the ids that collections of their names have here, relations included. */
export function adoptIds(entries: Entry[], existing: PlainCollection[]): Entry[] {
	const renamed = new Map(
		strangers(entries, existing).flatMap((entry) => {
			const here = existing.find((one) => one.name === entry.name);
			return here && entry.id ? [[entry.id, here.id] as const] : [];
		})
	);
	return entries.map((entry) => ({
		...entry,
		...(entry.id ? { id: renamed.get(entry.id) ?? entry.id } : {}),
		...(entry.fields ? { fields: entry.fields.map((field) => relinked(field, renamed)) } : {})
	}));
}

function relinked(field: PlainField, renamed: Map<string, string>): PlainField {
	const target = renamed.get(String(field['collectionId'] ?? ''));
	return target ? { ...field, collectionId: target } : field;
}

/** A file's text as entries; throws a sentence for people. */
export function entriesOf(text: string): Entry[] {
	let read: unknown;
	try {
		read = JSON.parse(text);
	} catch (thrown) {
		throw new Error(`This is not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`, { cause: thrown });
	}
	const list = Array.isArray(read) ? read : isObject(read) && Array.isArray(read['collections']) ? read['collections'] : undefined;
	if (!list) throw new Error('A list of collections is expected.');
	if (!list.every((one) => isObject(one) && typeof one['name'] === 'string')) throw new Error('Every collection needs a name.');
	return list as Entry[];
}
