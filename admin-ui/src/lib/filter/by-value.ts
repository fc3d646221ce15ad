import type { Field } from '$lib/api/collection';
import { isMany } from '$lib/fields/form-value';
import { clock, day, parseTime } from '$lib/format/time';
import { EMPTY, textLiteral, type Condition, type Literal } from './conditions';

/** A filter that a value suggests, in words. */
export interface Suggestion {
	label: string;
	condition: Condition;
}

/** Longer ones are cut in the words, never in the filter. */
const MOST_CHARACTERS = 32;
/** Of a field with several values. */
const MOST_VALUES = 4;

const short = (text: string) => (text.length > MOST_CHARACTERS ? text.slice(0, MOST_CHARACTERS - 1) + '…' : text);

/**
 * What one may want to see after looking at this value of a field; nothing for kinds that cannot be asked for by value.
 *
 * @param words what the value is shown as, where that is not the value itself
 */
export function suggestionsFor(field: Field, value: unknown, words: (value: string) => string = (value) => value): Suggestion[] {
	const { name } = field;
	if (['password', 'geoPoint', 'json', 'file', 'editor'].includes(field.type)) return [];
	if (isMany(field)) {
		const list = Array.isArray(value) ? (value as string[]) : [];
		if (list.length === 0) return [{ label: `Only where ${name} is empty`, condition: lengthZero(name) }];
		return list
			.slice(0, MOST_VALUES)
			.map((one) => ({ label: `Only where ${name} has ${short(words(one))}`, condition: { name, sign: '?=', value: textLiteral(one) } }));
	}
	if (field.type === 'bool') {
		const literal: Literal = { kind: 'word', text: String(value === true) };
		return [{ label: `Only where ${name} is ${literal.text}`, condition: { name, sign: '=', value: literal } }];
	}
	if (value === '' || value === null || value === undefined) {
		return [
			{ label: `Only where ${name} is empty`, condition: { name, sign: '=', value: EMPTY } },
			{ label: `Only where ${name} is not empty`, condition: { name, sign: '!=', value: EMPTY } }
		];
	}
	if (field.type === 'date' || field.type === 'autodate') {
		const literal = textLiteral(String(value));
		const date = parseTime(value);
		const then = date ? `${day(date)}, ${clock(date)}` : String(value);
		return [
			{ label: `Only where ${name} is ${then} or later`, condition: { name, sign: '>=', value: literal } },
			{ label: `Only where ${name} is before ${then}`, condition: { name, sign: '<', value: literal } }
		];
	}
	const literal: Literal = typeof value === 'number' ? { kind: 'number', text: plain(value) } : textLiteral(String(value));
	const shown = short(typeof value === 'number' ? String(value) : words(String(value)));
	return [
		{ label: `Only where ${name} is ${shown}`, condition: { name, sign: '=', value: literal } },
		{ label: `Only where ${name} is not ${shown}`, condition: { name, sign: '!=', value: literal } }
	];
}

const lengthZero = (name: string): Condition => ({ name: `${name}:length`, sign: '=', value: { kind: 'number', text: '0' } });

/** Filters know no exponents. */
const plain = (n: number) =>
	/e/i.test(String(n)) ? n.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 20 }) : String(n);
