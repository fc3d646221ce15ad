import { tokens, type Token } from './tokens';

/** What is wrong with an expression, and where. */
export interface Problem {
	from: number;
	to: number;
	message: string;
}

class Refusal {
	constructor(readonly problem: Problem) {}
}

/** Says what the writer probably meant. */
const HINTS: Record<string, string> = {
	'==': 'Write = to compare.',
	'<>': 'Write != for "not equal".',
	'===': 'Write = to compare.',
	'!': 'There is no "not": compare with = false.',
	'&': 'Write && for "and".',
	'|': 'Write || for "or".'
};
const WORDS: Record<string, string> = {
	and: 'Write && for "and".',
	or: 'Write || for "or".',
	not: 'There is no "not": turn the comparison around.'
};

/** Reads an expression as the server does. The names in it come back for looking up. */
export function parse(text: string): { problem?: Problem; names: Token[] } {
	const all = tokens(text).filter((token) => token.kind !== 'comment');
	const reader = new Reader(all, text.length);
	try {
		if (all.length === 0)
			return { problem: { from: 0, to: text.length, message: 'Write an expression, or choose who may do this above.' }, names: [] };
		reader.filter();
		reader.end();
		return { names: reader.names };
	} catch (thrown) {
		if (thrown instanceof Refusal) return { problem: thrown.problem, names: reader.names };
		throw thrown;
	}
}

class Reader {
	readonly names: Token[] = [];
	#at = 0;

	constructor(
		readonly all: Token[],
		readonly length: number
	) {}

	get #next(): Token | undefined {
		return this.all[this.#at];
	}

	#take(kind: Token['kind']): Token | undefined {
		if (this.#next?.kind !== kind) return undefined;
		return this.all[this.#at++];
	}

	#refuse(expected: string): never {
		const next = this.#next;
		if (!next)
			throw new Refusal({
				from: Math.max(0, this.length - 1),
				to: this.length,
				message: `The expression ends too early: ${expected} is missing.`
			});
		const hint =
			(next.kind === 'wrong' && /^['"]/.test(next.text) && 'The text is not closed.') ||
			HINTS[next.text.replace(/\w.*$/, '')] ||
			WORDS[next.text.toLowerCase()];
		throw new Refusal({ from: next.from, to: next.to, message: hint || `Expected ${expected}, found ${next.text}.` });
	}

	filter(): void {
		this.#one();
		// A group right after a comparison is joined with it.
		while (this.#take('join') || this.#next?.kind === 'open') this.#one();
	}

	#one(): void {
		if (this.#take('open')) {
			this.filter();
			if (!this.#take('close')) this.#refuse('&&, || or )');
			return;
		}
		this.#operand();
		const sign = this.#take('sign') ?? this.#refuse('a comparison such as = or ~');
		if (this.#next?.kind === 'sign' && this.#next.from === sign.to) {
			const both = sign.text + this.#next.text;
			throw new Refusal({ from: sign.from, to: this.#next.to, message: HINTS[both] ?? `There is no sign ${both}.` });
		}
		this.#operand();
	}

	#operand(): void {
		if (this.#take('number') || this.#take('text')) return;
		const name = this.#take('name') ?? this.#refuse('a field, a value or a function');
		if (/[.:]$/.test(name.text)) throw new Refusal({ from: name.from, to: name.to, message: `${name.text} is not finished.` });
		if (WORDS[name.text.toLowerCase()]) throw new Refusal({ from: name.from, to: name.to, message: WORDS[name.text.toLowerCase()] ?? '' });
		this.names.push(name);
		if (!this.#take('open')) return;
		while (this.#next && this.#next.kind !== 'close') {
			this.#operand();
			if (!this.#take('comma')) break;
		}
		if (!this.#take('close')) this.#refuse(', or )');
	}

	end(): void {
		if (this.#next) this.#refuse('&&, || or the end');
	}
}
