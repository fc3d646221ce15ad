/** How well something fits what was sought, and which characters of its title did. */
export interface Hit {
	score: number;
	/** Places in the title, ascending. */
	marks: number[];
}

const IN_TITLE = 60;
const AT_WORD = 40;
const AT_START = 20;
/** Letters in order, with others between them. */
const SCATTERED = 20;
const IN_PLACE = 10;
/** Shorter titles are more likely meant. */
const PER_CHARACTER = 0.2;

/**
 * Every word has to be found: in the title as a piece, else letter by letter, else in the name of its place.
 * Undefined when one is not.
 */
export function match(sought: string, title: string, place: string): Hit | undefined {
	const low = title.toLowerCase();
	const lowPlace = place.toLowerCase();
	const marks = new Set<number>();
	let score = -title.length * PER_CHARACTER;
	for (const word of sought.toLowerCase().split(/\s+/).filter(Boolean)) {
		const piece = pieceOf(word, low);
		const found = piece ?? (lowPlace.includes(word) ? { score: IN_PLACE, marks: [] } : scatter(word, low));
		if (!found) return undefined;
		score += found.score;
		for (const at of found.marks) marks.add(at);
	}
	return { score, marks: [...marks].sort((a, b) => a - b) };
}

function pieceOf(word: string, text: string): Hit | undefined {
	let best: Hit | undefined;
	for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
		const score = IN_TITLE + (isWordStart(text, at) ? AT_WORD : 0) + (at === 0 ? AT_START : 0);
		if (!best || score > best.score) best = { score, marks: Array.from(word, (_, i) => at + i) };
	}
	return best;
}

/** Each letter at the start of a word if there is one, else the next: `nc` finds "New collection". */
function scatter(word: string, text: string): Hit | undefined {
	const marks: number[] = [];
	let from = 0;
	for (const letter of word.split('')) {
		let at = text.indexOf(letter, from);
		if (at < 0) return undefined;
		for (let next = at; next >= 0; next = text.indexOf(letter, next + 1)) {
			if (!isWordStart(text, next)) continue;
			// Never so far that the rest would not be found any more.
			if (isScattered(word.slice(marks.length + 1), text, next + 1)) at = next;
			break;
		}
		marks.push(at);
		from = at + 1;
	}
	const spread = (marks.at(-1) ?? 0) - (marks[0] ?? 0) - marks.length + 1;
	return { score: SCATTERED - spread, marks };
}

function isScattered(rest: string, text: string, from: number): boolean {
	let at = from;
	for (const letter of rest) {
		const found = text.indexOf(letter, at);
		if (found < 0) return false;
		at = found + 1;
	}
	return true;
}

const isWordStart = (text: string, at: number) => at === 0 || /[^\p{L}\p{N}]/u.test(text.charAt(at - 1));
