import { describe, expect, test } from 'vitest';
import { narrowed, readConditions, textLiteral, writeConditions } from './conditions';

/** Read and written again. */
const again = (text: string) => {
	const found = readConditions(text);
	return found && writeConditions(found);
};

describe('expressions that are conditions', () => {
	test.each([
		'price > 10',
		"name ~ 'lamp' && price >= -2.5",
		"a = 1 && (b = 'x' || c ?= true) && d != null",
		'(a = 1 && b = 2) || (c = 3 && d = 4)',
		'created >= @todayStart',
		'tags:length = 0',
		"author.name = 'it\\'s \\\\ here'"
	])('%s stays what it is', (text) => {
		expect(again(text)).toBe(text);
	});

	test('quotes and spaces are written one way', () => {
		expect(again('name="say \\"hi\\" \\u00e9"&&a=1')).toBe('name = \'say "hi" é\' && a = 1');
	});

	test('brackets that say nothing go', () => {
		expect(again('(a = 1 || b = 2)')).toBe('a = 1 || b = 2');
		expect(again('(a = 1) && b = 2')).toBe('a = 1 && b = 2');
	});
});

describe('expressions that are more than conditions', () => {
	test.each([
		'a = 1 && b = 2 || c = 3',
		'a = b',
		"@request.auth.id = ''",
		'((a = 1 && b = 2) || c = 3) && d = 4',
		'geoDistance(a.lon, a.lat, 1, 2) < 3',
		'a = 1 // because',
		'a = ',
		'a = 1 &&',
		'(a = 1',
		"'x' = a"
	])('%s is left alone', (text) => {
		expect(readConditions(text)).toBeUndefined();
	});
});

describe('narrowing a filter', () => {
	const condition = { name: 'status', sign: '=', value: textLiteral('paid') };

	test.each([
		['', "status = 'paid'"],
		['some words', "status = 'paid'"],
		['a = 1', "a = 1 && status = 'paid'"],
		['a = 1 || b = 2', "(a = 1 || b = 2) && status = 'paid'"],
		['a = b', "(a = b) && status = 'paid'"],
		["a = 1 && status = 'paid'", "a = 1 && status = 'paid'"]
	])('%s becomes %s', (before, after) => {
		expect(narrowed(before, condition)).toBe(after);
	});
});
