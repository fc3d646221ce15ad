import { tokens, type Token } from '$lib/rules/tokens';

export type Join = '&&' | '||';

/** What a field is compared with: `text` decoded, the others as they are written. */
export interface Literal {
	kind: 'text' | 'number' | 'word' | 'macro';
	text: string;
}

export interface Condition {
	/** The field, or a path to one. */
	name: string;
	sign: string;
	value: Literal;
}

/** Conditions of which all have to hold, or any. */
export interface Group {
	join: Join;
	parts: Condition[];
}

/** What can be put together without writing: conditions, and groups of conditions. */
export interface Conditions {
	join: Join;
	parts: (Condition | Group)[];
}

export const isGroup = (part: Condition | Group): part is Group => 'parts' in part;

export const textLiteral = (text: string): Literal => ({ kind: 'text', text });
export const EMPTY = textLiteral('');

const WORDS = new Set(['true', 'false', 'null']);

/** The conditions an expression is made of; undefined when there is more to it: functions, fields on both sides, deeper groups. */
export function readConditions(text: string): Conditions | undefined {
	const all = tokens(text);
	if (all.length === 0) return { join: '&&', parts: [] };
	const reader = new Reader(all);
	const found = reader.list(0);
	if (!found || !reader.done) return undefined;
	// One group alone: its brackets say nothing.
	const [only] = found.parts;
	return found.parts.length === 1 && only && isGroup(only) ? only : found;
}

class Reader {
	#at = 0;

	constructor(readonly all: Token[]) {}

	get done(): boolean {
		return this.#at === this.all.length;
	}

	#take(kind: Token['kind']): Token | undefined {
		const next = this.all[this.#at];
		if (next?.kind !== kind) return undefined;
		this.#at++;
		return next;
	}

	/** Parts with the same sign between all of them: what binds tighter is nobody's to guess. */
	list(depth: number): Conditions | undefined {
		const parts: (Condition | Group)[] = [];
		let join: Join | undefined;
		for (;;) {
			const part = this.#part(depth);
			if (!part) return undefined;
			parts.push(part);
			const next = this.#take('join');
			if (!next) return { join: join ?? '&&', parts };
			if (join && next.text !== join) return undefined;
			join = next.text as Join;
		}
	}

	#part(depth: number): Condition | Group | undefined {
		if (!this.#take('open')) return this.#condition();
		const inner = depth < 1 ? this.list(depth + 1) : undefined;
		if (!inner || !this.#take('close')) return undefined;
		const parts = inner.parts.filter((part): part is Condition => !isGroup(part));
		if (parts.length < inner.parts.length) return undefined;
		return parts.length === 1 ? parts[0] : { join: inner.join, parts };
	}

	#condition(): Condition | undefined {
		const name = this.#take('name');
		const sign = this.#take('sign');
		if (!name || !sign || name.text.startsWith('@')) return undefined;
		const value = this.#literal();
		return value && { name: name.text, sign: sign.text, value };
	}

	#literal(): Literal | undefined {
		const number = this.#take('number');
		if (number) return { kind: 'number', text: number.text };
		const text = this.#take('text');
		if (text) return textLiteral(unquoted(text.text));
		const name = this.#take('name');
		if (!name) return undefined;
		if (WORDS.has(name.text)) return { kind: 'word', text: name.text };
		return /^@\w+$/.test(name.text) ? { kind: 'macro', text: name.text } : undefined;
	}
}

/** As the server reads a text: double quotes know the escapes of JSON. */
function unquoted(quoted: string): string {
	const inner = quoted.slice(1, -1);
	if (quoted.startsWith('"')) {
		try {
			return JSON.parse(`"${inner.replace(/\\'/g, "'").replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`) as string;
		} catch {
			// Not of JSON: read as in single quotes.
		}
	}
	const known: Record<string, string> = { n: '\n', r: '\r', t: '\t', '\\': '\\', "'": "'", '"': '"' };
	return inner.replace(/\\([\s\S])/g, (both, letter: string) => known[letter] ?? both);
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', "'": "\\'", '\n': '\\n', '\r': '\\r', '\t': '\\t' };

export const writeLiteral = ({ kind, text }: Literal) =>
	kind === 'text' ? `'${text.replace(/[\\'\n\r\t]/g, (character) => ESCAPES[character] ?? character)}'` : text;

export const writeCondition = ({ name, sign, value }: Condition) => `${name} ${sign} ${writeLiteral(value)}`;

/** The expression the server reads. */
export function writeConditions({ join, parts }: Conditions): string {
	const written = parts.flatMap((part) => {
		if (!isGroup(part)) return writeCondition(part);
		const inner = part.parts.map(writeCondition);
		if (inner.length === 0) return [];
		const text = inner.join(` ${part.join} `);
		return inner.length > 1 && parts.length > 1 ? `(${text})` : text;
	});
	return written.join(` ${join} `);
}

/** The filter narrowed further. Words that are looked for everywhere cannot be joined with anything: they go. */
export function narrowed(filter: string, condition: Condition): string {
	if (!/[=~<>]/.test(filter)) return writeCondition(condition);
	const known = readConditions(filter);
	if (!known) return `(${filter}) && ${writeCondition(condition)}`;
	const before = known.join === '&&' || known.parts.length < 2 ? known.parts : [known as Group];
	const again = before.some((part) => !isGroup(part) && writeCondition(part) === writeCondition(condition));
	return writeConditions({ join: '&&', parts: again ? before : [...before, condition] });
}
