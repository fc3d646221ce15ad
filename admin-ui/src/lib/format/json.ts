/** A piece of printed JSON and what it is, for colouring. */
export interface Piece {
	text: string;
	role: 'key' | 'text' | 'number' | 'word' | '';
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;

/** Splits pretty-printed JSON into coloured pieces. */
export function pieces(json: string): Piece[] {
	const out: Piece[] = [];
	let end = 0;
	for (const match of json.matchAll(TOKEN)) {
		if (match.index > end) out.push({ text: json.slice(end, match.index), role: '' });
		const [whole, string, colon, number] = match;
		if (string && colon !== undefined) out.push({ text: string, role: 'key' }, { text: colon, role: '' });
		else out.push({ text: whole, role: string ? 'text' : number ? 'number' : 'word' });
		end = match.index + whole.length;
	}
	if (end < json.length) out.push({ text: json.slice(end), role: '' });
	return out;
}
