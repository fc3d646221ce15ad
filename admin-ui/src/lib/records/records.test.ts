import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Collection, Field } from '$lib/api/collection';
import { arranged, chosenColumns, keepColumns, moved, type Choice } from './columns';
import { Writer } from './export';
import { isExpression, toFilter } from './filter';
import { nextSort, sortedBy } from './sort';

const field = (name: string, type: string, more: object = {}) =>
	({ id: `f_${name}`, name, type, hidden: false, ...more }) as unknown as Field;
const collection = (fields: Field[]) => ({ id: 'c1', name: 'posts', fields }) as Collection;

describe('what is typed into the filter box', () => {
	const posts = collection([
		field('title', 'text'),
		field('done', 'bool'),
		field('secret', 'text', { hidden: true }),
		field('tags', 'select')
	]);

	test('with a comparison goes to the server as it is', () => {
		expect(toFilter('  price > 10 ', posts)).toBe('price > 10');
		expect(isExpression('a~b')).toBe(true);
	});

	test('is otherwise looked for in every field that has words and is not hidden', () => {
		expect(toFilter('oak "table"', posts)).toBe(String.raw`title ~ "oak \"table\"" || tags ~ "oak \"table\""`);
		expect(toFilter('  ', posts)).toBe('');
	});

	test('stays within what the server takes, however many fields there are', () => {
		const wide = collection(Array.from({ length: 400 }, (_, i) => field(`field_${i}`, 'text')));
		expect(toFilter('ü'.repeat(40), wide).length).toBeGreaterThan(100);
		expect(new TextEncoder().encode(toFilter('ü'.repeat(40), wide)).length).toBeLessThanOrEqual(3500);
		expect(toFilter('x', wide).split('||').length).toBeLessThanOrEqual(200);
	});
});

describe('columns', () => {
	afterEach(() => vi.unstubAllGlobals());
	const storage = () => {
		const kept = new Map<string, string>();
		vi.stubGlobal('localStorage', {
			getItem: (key: string) => kept.get(key) ?? null,
			setItem: (key: string, value: string) => kept.set(key, value)
		});
		return kept;
	};
	const fields = [field('title', 'text'), field('secret', 'text', { hidden: true }), field('door', 'password')];

	const shown = (choices: Choice[]) => choices.filter((one) => one.shown).map(({ field }) => field.name);

	test('at first all but what is hidden or never shown', () => {
		storage();
		expect(shown(chosenColumns(collection(fields)))).toEqual(['title']);
	});

	test('a choice holds through a rename, and newer fields are as at first', () => {
		storage();
		const [title, secret, door] = chosenColumns(collection(fields)) as [Choice, Choice, Choice];
		keepColumns(collection(fields), [{ ...secret, shown: true, width: 240 }, { ...title, shown: false }, door]);
		const later = [{ ...fields[0], name: 'headline' } as Field, field('added', 'number'), fields[1] as Field];
		const choices = chosenColumns(collection(later));
		expect(shown(choices)).toEqual(['secret', 'added']);
		expect(choices.map(({ field }) => field.name)).toEqual(['secret', 'headline', 'added']);
		expect(choices[0]?.width).toBe(240);
	});

	test('the id stays first, wherever it is put; a column moves before another or behind all', () => {
		const all = collection([field('id', 'text'), field('a', 'text'), field('b', 'text'), field('c', 'text')]);
		const names = (choices: Choice[]) => choices.map(({ field }) => field.name).join('');
		const first = arranged(all, [], () => true);
		expect(names(moved(first, 'c', 'a'))).toBe('idcab');
		expect(names(moved(first, 'a', undefined))).toBe('idbca');
		expect(
			names(
				arranged(
					all,
					[
						{ id: 'f_b', shown: true },
						{ id: 'f_id', shown: false }
					],
					() => true
				)
			)
		).toBe('idbca');
	});

	test('what cannot be read is forgotten', () => {
		storage().set('cratebase.columns.c1', '{broken');
		expect(shown(chosenColumns(collection(fields)))).toEqual(['title']);
	});
});

test('a column is sorted one way, the other, and as usual; numbers have the largest first', () => {
	const press = (name: string, type: string) => {
		const sorts = [''];
		for (let i = 0; i < 3; i++) sorts.push(nextSort(sorts.at(-1) ?? '', field(name, type)));
		return sorts.slice(1);
	};
	expect(press('title', 'text')).toEqual(['title', '-title', '']);
	expect(press('price', 'number')).toEqual(['-price', 'price', '']);
});

test('one more key comes behind the others, turns in its place, and leaves them; pressed alone, a column is the only key', () => {
	const [price, name] = [field('price', 'number'), field('name', 'text')];
	expect(nextSort('-price', name, 'added')).toBe('-price,name');
	expect(nextSort('-price,name', price, 'added')).toBe('price,name');
	expect(nextSort('price,name', price, 'added')).toBe('name');
	expect(sortedBy('-price,name', name)).toEqual({ direction: 'ascending', place: 2 });
	expect(nextSort('-price,name', name)).toBe('name');
	expect(nextSort('', name, 'added')).toBe('name');
});

describe('an exported file', () => {
	const rows = [
		{ id: '1', collectionId: '', collectionName: '', note: 'a "b", c\nd', list: [1, 2], nothing: null },
		{ id: '2', collectionId: '', collectionName: '', note: '', list: [] }
	];
	const written = async (format: 'json' | 'ndjson' | 'csv', some = rows) => {
		const writer = new Writer(format, ['id', 'note', 'list', 'nothing']);
		for (const row of some) writer.add([row]);
		return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await writer.end().arrayBuffer());
	};

	test('CSV quotes what needs it, and begins with the mark spreadsheets want', async () => {
		expect(await written('csv')).toBe('\ufeffid,note,list,nothing\r\n1,"a ""b"", c\nd","[1,2]",\r\n2,,[],\r\n');
	});

	test('JSON is whole, with none, one and two records', async () => {
		for (const n of [0, 1, 2]) expect(JSON.parse(await written('json', rows.slice(0, n)))).toHaveLength(n);
		expect(
			(await written('ndjson'))
				.trim()
				.split('\n')
				.map((line) => JSON.parse(line).id)
		).toEqual(['1', '2']);
	});
});
