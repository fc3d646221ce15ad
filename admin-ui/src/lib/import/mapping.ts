import type { Collection, Field } from '$lib/api/collection';
import { isMany } from '$lib/fields/form-value';

/** By column: the field it goes into; `''` leaves it out. */
export type Mapping = Record<string, string>;

/** Fields an import can write: files are no text, and automatic dates are the server's. */
export const importable = (collection: Collection): Field[] =>
	collection.fields.filter((field) => field.type !== 'file' && field.type !== 'autodate' && field.name !== 'tokenKey');

const plain = (name: string) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** Columns and fields of one name belong together; what is left, whatever the case and the signs between the words. */
export function guess(columns: string[], collection: Collection): Mapping {
	const free = new Set(importable(collection).map((field) => field.name));
	const mapping: Mapping = Object.fromEntries(columns.map((column) => [column, free.delete(column) ? column : '']));
	for (const column of columns) {
		const found = mapping[column] === '' ? [...free].find((name) => plain(name) === plain(column)) : undefined;
		if (found && free.delete(found)) mapping[column] = found;
	}
	return mapping;
}

/** A row as the server takes it, or what is wrong with it. */
export function bodyOf(
	row: Record<string, unknown>,
	mapping: Mapping,
	fields: Map<string, Field>,
	texts: boolean
): Record<string, unknown> | { refused: string } {
	const body: Record<string, unknown> = {};
	for (const [column, name] of Object.entries(mapping)) {
		const field = fields.get(name);
		const value = row[column];
		if (!field || value === undefined) continue;
		// Nothing in a cell is "not said": defaults and patterns of the field then hold.
		if (texts && value === '' && (name === 'id' || field.type === 'password')) continue;
		try {
			body[name] = texts ? valueOf(String(value), field) : value;
		} catch (thrown) {
			return { refused: `${name}: ${thrown instanceof Error ? thrown.message : String(thrown)}` };
		}
		if (name === 'password') body['passwordConfirm'] = body[name];
	}
	return body;
}

const YES = new Set(['true', '1', 'yes', 'y', 'on', 'x']);
const NO = new Set(['false', '0', 'no', 'n', 'off', '']);

/** A cell's text as a value. What the server would quietly take for nothing is refused here. */
export function valueOf(text: string, field: Field): unknown {
	const trimmed = text.trim();
	switch (field.type) {
		case 'number': {
			const number = Number(trimmed);
			if (!Number.isFinite(number)) throw new Error(`“${text}” is not a number.`);
			return number;
		}
		case 'bool': {
			const word = trimmed.toLowerCase();
			if (!YES.has(word) && !NO.has(word)) throw new Error(`“${text}” is neither yes nor no.`);
			return YES.has(word);
		}
		case 'date':
			if (trimmed !== '' && Number.isNaN(Date.parse(trimmed.replace(/^(\d{4}-\d\d-\d\d) /, '$1T'))))
				throw new Error(`“${text}” is not a date.`);
			return trimmed;
		case 'json':
			return trimmed === '' ? null : parsed(trimmed);
		case 'geoPoint':
			return trimmed === '' ? { lon: 0, lat: 0 } : parsed(trimmed);
		case 'select':
		case 'relation':
			if (!isMany(field)) return trimmed;
			if (trimmed.startsWith('[')) return parsed(trimmed);
			return trimmed
				.split(/[,;|]/)
				.map((one) => one.trim())
				.filter(Boolean);
		default:
			return text;
	}
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw new Error(`“${text.length > 60 ? text.slice(0, 60) + '…' : text}” is not JSON.`);
	}
}
