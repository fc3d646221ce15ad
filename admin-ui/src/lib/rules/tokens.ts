/** A piece of an expression and where it stands. */
export interface Token {
	kind: 'name' | 'number' | 'text' | 'sign' | 'join' | 'open' | 'close' | 'comma' | 'comment' | 'wrong';
	text: string;
	from: number;
	to: number;
}

const SHAPES: [Token['kind'], RegExp][] = [
	['comment', /\/\/[^\n]*/y],
	['text', /'(?:\\[\s\S]|[^'\\])*'|"(?:\\[\s\S]|[^"\\])*"/y],
	['number', /-?\d+(?:\.\d+)?/y],
	['name', /[A-Za-z_@#][\w.:]*/y],
	['join', /&&|\|\|/y],
	['sign', /\??(?:!=|!~|>=|<=|=|~|>|<)/y],
	['open', /\(/y],
	['close', /\)/y],
	['comma', /,/y]
];
const BLANK = /[ \t\n]+/y;
const REST = /\S+/y;

/** The pieces of an expression, comments included; what is none of them is `wrong`. */
export function tokens(text: string): Token[] {
	const out: Token[] = [];
	let at = 0;
	while (at < text.length) {
		const blank = take(BLANK, text, at);
		if (blank) {
			at += blank.length;
			continue;
		}
		let found: Token | undefined;
		for (const [kind, shape] of SHAPES) {
			const piece = take(shape, text, at);
			if (piece) {
				found = { kind, text: piece, from: at, to: at + piece.length };
				break;
			}
		}
		if (!found) {
			const piece = take(REST, text, at) ?? text.charAt(at);
			found = { kind: 'wrong', text: piece, from: at, to: at + piece.length };
		}
		out.push(found);
		at = found.to;
	}
	return out;
}

function take(shape: RegExp, text: string, at: number): string | undefined {
	shape.lastIndex = at;
	return shape.exec(text)?.[0];
}
