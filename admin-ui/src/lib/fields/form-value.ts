import type { Field } from '$lib/api/collection';

/** A file of a record in a form: the name of a stored one, or one that has just been chosen. */
export type FileItem = string | File;

export const isMany = (field: Field) => 'maxSelect' in field && field.maxSelect > 1;

/** A stored value as a form holds it: JSON as its text, files always as a list, passwords never. */
export function toForm(field: Field, stored: unknown): unknown {
	switch (field.type) {
		case 'json':
			return stored === null || stored === undefined ? '' : JSON.stringify(stored, null, 2);
		case 'file':
			return asList(stored);
		case 'select':
		case 'relation':
			return isMany(field) ? asList(stored) : String(stored ?? '');
		case 'number':
			return stored ?? 0;
		case 'bool':
			return stored === true;
		case 'geoPoint':
			return stored ?? { lon: 0, lat: 0 };
		case 'password':
			return undefined;
		default:
			return stored ?? '';
	}
}

/** A form's value as the server takes it. Files are sent apart. */
export function toBody(field: Field, value: unknown): unknown {
	if (field.type === 'json') return value === '' ? null : (JSON.parse(String(value)) as unknown);
	if (field.type === 'number') return value === '' ? 0 : value;
	return value;
}

/** What is wrong with a value before any server has seen it; `''` when nothing is. */
export function mistakeIn(field: Field, value: unknown): string {
	if (field.type !== 'json' || value === '') return '';
	try {
		JSON.parse(String(value));
		return '';
	} catch (thrown) {
		return `This is not JSON yet: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
	}
}

/** Whether two values of a form would be stored as the same. */
export function same(field: Field, one: unknown, other: unknown): boolean {
	if (one === other) return true;
	if (field.type === 'json') return compact(one) === compact(other);
	if (field.type === 'number') return Number(one || 0) === Number(other || 0);
	if (field.type === 'file') {
		const [a, b] = [one as FileItem[], other as FileItem[]];
		return a.length === b.length && a.every((item, i) => item === b[i]);
	}
	if (field.type === 'password') return false;
	return JSON.stringify(one) === JSON.stringify(other);
}

/** JSON without its white space, or the text as it is when it is no JSON. */
function compact(text: unknown): string {
	try {
		return JSON.stringify(JSON.parse(String(text)));
	} catch {
		return String(text);
	}
}

/** There is nothing to show: 0 and no are something. */
export const isBlank = (stored: unknown) => stored === null || stored === undefined || stored === '' || String(stored) === '';

function asList(stored: unknown): string[] {
	return Array.isArray(stored) ? (stored as string[]) : stored ? [String(stored)] : [];
}
