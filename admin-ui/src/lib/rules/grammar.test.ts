import { describe, expect, test } from 'vitest';
import { parse } from './grammar';
import { tokens } from './tokens';

const kinds = (text: string) => tokens(text).map((token) => token.kind);
const complaint = (text: string) => parse(text).problem?.message;

describe('tokens', () => {
	test('stand where they are found', () => {
		expect(tokens('a >= -1.5').map(({ text, from, to }) => [text, from, to])).toEqual([
			['a', 0, 1],
			['>=', 2, 4],
			['-1.5', 5, 9]
		]);
	});

	test('a text keeps signs, quotes of the other kind and escaped ones', () => {
		expect(tokens(String.raw`title = "a && 'b' \" c"`).map((token) => token.text)).toEqual(['title', '=', String.raw`"a && 'b' \" c"`]);
	});

	test('a comment ends with its line, and // in a text is none', () => {
		expect(kinds('a = 1 // so\n&& b = 2')).toEqual(['name', 'sign', 'number', 'comment', 'join', 'name', 'sign', 'number']);
		expect(kinds("a = 'http://x'")).toEqual(['name', 'sign', 'text']);
	});

	test('any-of signs are one piece', () => {
		expect(tokens('tags ?!= 1')[1]?.text).toBe('?!=');
	});
});

describe('an expression', () => {
	test.each([
		"@request.auth.id != ''",
		'a = 1 && (b = 2 || c ?~ "x")',
		'(((a = 1)))',
		'a = 1 (b = 2)',
		'geoDistance(lon, lat, 1.5, -2) < 10 // near',
		'@collection.posts:alias.owner ?= @request.auth.id',
		'tags:each = "x"'
	])('%s is taken', (text) => {
		expect(complaint(text)).toBeUndefined();
	});

	test.each([
		['', 'Write an expression'],
		['a', 'comparison'],
		['a =', 'a field, a value or a function'],
		['a == 1', 'Write = to compare'],
		['a <> 1', 'Write !='],
		['a = 1 and b = 2', 'Write &&'],
		['a = 1 & b = 2', 'Write &&'],
		['not a = 1', 'There is no "not"'],
		["a = 'open", 'not closed'],
		['(a = 1', '&&, || or )'],
		['a = 1)', '&&, || or the end'],
		['a. = 1', 'a. is not finished'],
		['f(a = 1', ', or )']
	])('%j is refused', (text, words) => {
		expect(complaint(text)).toContain(words);
	});

	test('what is wrong is marked where it stands, and names before it are known', () => {
		const { problem, names } = parse('first = 1 && second == 2');
		expect(problem).toMatchObject({ from: 20, to: 22 });
		expect(names.map((name) => name.text)).toEqual(['first', 'second']);
	});
});
