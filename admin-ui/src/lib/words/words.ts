/** The English text, or its key, and the one of the language in use. */
export type Catalogue = Record<string, string>;

/** A piece of a sentence: plain text, or what stands in the `at`-th element of it. */
export interface Part {
	at?: number;
	text: string;
}

let catalogue: Catalogue = {};

/** Has to come before anything is looked up: some texts are looked up once and for all. */
export function speak(words: Catalogue): void {
	catalogue = words;
	shapes = undefined;
}

interface Shape {
	sentence: RegExp;
	/** The place each of its parts has in the translation. */
	places: number[];
	text: string;
}

/** How the catalogue marks what the server says: see words/server.js. */
const SERVER = ' [server]';
let shapes: Shape[] | undefined;

const fill = (text: string, values: readonly unknown[]) => text.replace(/\{(\d+)\}/g, (_, i) => String(values[Number(i)] ?? ''));

/** Written by the build around every text of the source; by hand nowhere. */
export function words(text: string, values: readonly unknown[] = [], key = text): string {
	text = catalogue[key] || text;
	return values.length > 0 ? fill(text, values) : text;
}

const ELEMENT = /<(\d+)(?:\/>|>(.*?)<\/\1>)/g;

/** A sentence with elements in it, in the order of the language. Written by the build, too. */
export function parts(key: string, values?: readonly unknown[]): Part[] {
	const text = catalogue[key] || key;
	const found: Part[] = [];
	let end = 0;
	const plain = (piece: string) => piece !== '' && found.push({ text: values ? fill(piece, values) : piece });
	for (const match of text.matchAll(ELEMENT)) {
		plain(text.slice(end, match.index));
		found.push({ at: Number(match[1]), text: match[2] ?? '' });
		end = match.index + match[0].length;
	}
	plain(text.slice(end));
	return found;
}

/**
 * What the server said, in the language in use: by the sentence, or else by its code. What nobody knows is shown as
 * it came.
 */
export function heard(message: string, code = ''): string {
	const plain = message.replace(/\s+/g, ' ').trim();
	const whole = catalogue[plain + SERVER];
	if (whole) return whole;
	shapes ??= shapesOf(catalogue);
	for (const { sentence, places, text } of shapes) {
		const found = sentence.exec(plain);
		if (!found) continue;
		const values: string[] = [];
		for (const [i, place] of places.entries()) values[place] = found[i + 1] ?? '';
		return fill(text, values);
	}
	return catalogue[`${code} [code]`] || message;
}

/** The more of a sentence is fixed, the earlier it is tried. */
function shapesOf(words: Catalogue): Shape[] {
	const keys = Object.keys(words).filter((key) => key.endsWith(SERVER) && /\{\d\}/.test(key) && words[key]);
	const own = (key: string) => key.slice(0, -SERVER.length);
	return keys
		.sort((a, b) => b.length - a.length)
		.map((key) => ({
			sentence: new RegExp(
				`^${own(key)
					.replace(/[.*+?^$()|[\]\\]/g, '\\$&')
					.replace(/\{\d\}/g, '(.+?)')}$`
			),
			places: [...key.matchAll(/\{(\d)\}/g)].map(([, place]) => Number(place)),
			text: words[key] ?? ''
		}));
}

/** The form a count asks for. The catalogue has all forms of a word in one line, from `one` to `other`. */
export function plural(rule: Intl.LDMLPluralRule, one: string, many: string): string {
	const forms = catalogue[`${one} | ${many}`]?.split(' | ') ?? [one, many];
	return (rule === 'one' ? forms[0] : forms.at(-1)) ?? many;
}

/**
 * Marks a single word in small letters as one for people; the build takes it for code otherwise. A word that
 * has two meanings gets a sense, and the catalogue an entry for each: `View` and `View [type]`.
 */
export const say = (word: string, _sense?: string): string => word;
