import type { Collection, FieldKind } from '$lib/api/collection';
import type { ApiError } from '$lib/api/error';

/** Kinds whose values may contain words. */
const SEARCHED: ReadonlySet<FieldKind> = new Set([
	'text',
	'number',
	'email',
	'url',
	'editor',
	'date',
	'autodate',
	'select',
	'file',
	'relation',
	'json'
]);
/** The server takes 3500 bytes and 200 comparisons; some room is left. */
const MAX_BYTES = 3400;
const MAX_COMPARISONS = 190;

/** True for an expression (`price > 10`), false for words to look for. */
export const isExpression = (text: string) => /[=~<>]/.test(text);

/** What stands in the filter box as a filter for the server: words are looked for in every field. */
export function toFilter(text: string, collection: Collection): string {
	const words = text.trim();
	if (words === '' || isExpression(words)) return words;
	const quoted = JSON.stringify(words);
	const terms: string[] = [];
	let bytes = 0;
	for (const field of collection.fields) {
		if (field.hidden || !SEARCHED.has(field.type)) continue;
		const term = `${field.name} ~ ${quoted}`;
		bytes += new TextEncoder().encode(term).length + 4;
		if (bytes > MAX_BYTES || terms.length === MAX_COMPARISONS) break;
		terms.push(term);
	}
	return terms.join(' || ');
}

/** True when the answer to a filtered list blames the filter. Some servers say only that something was wrong. */
export function isRefusal(error: ApiError | undefined, filter: string): error is ApiError {
	return filter !== '' && error?.status === 400 && error.field('sort') === undefined;
}

/** Why the server did not take the filter; `''` when that was not it. */
export function refusalOf(error: ApiError | undefined, filter: string): string {
	if (!isRefusal(error, filter)) return '';
	const reason = error.field('filter')?.message;
	// Servers that say only "something went wrong" leave the likely causes to us.
	return reason ?? `${error.message} Check the names of fields, and that texts stand in quotes: name ~ 'lamp'.`;
}
