import type { Collection } from '$lib/api/collection';
import { namesAfter } from '$lib/rules/names';

/** A completion of the word before the caret. */
export interface Offer {
	/** What stands there then. */
	text: string;
	/** What it is, in a few words. */
	detail: string;
}

export const MOST_OFFERS = 8;

/** Names that go on from `word` in a filter of the collection's records. */
export function recordOffers(word: string, root: Collection, all: Collection[]): Offer[] {
	const from = word.lastIndexOf('.') + 1;
	const [path, rest] = [word.slice(0, from), word.slice(from).toLowerCase()];
	return namesAfter(path, { root, all })
		.filter(({ label }) => label.toLowerCase().includes(rest))
		.sort((a, b) => Number(b.label.toLowerCase().startsWith(rest)) - Number(a.label.toLowerCase().startsWith(rest)))
		.map(({ label, detail, goesOn, kind }) => ({ text: path + label + (goesOn && kind !== 'relation' ? '.' : ''), detail }));
}
