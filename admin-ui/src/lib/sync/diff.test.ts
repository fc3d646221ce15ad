import { describe, expect, test } from 'vitest';
import type { PlainCollection } from '$lib/api/collections-import';
import { adoptIds, effectsOf, entriesOf, strangers, type Entry } from './diff';

const here: PlainCollection[] = [
	{
		id: 'p1',
		name: 'posts',
		type: 'base',
		system: false,
		listRule: null,
		fields: [
			{ id: 'f1', name: 'title', type: 'text', max: 10 },
			{ id: 'f2', name: 'files', type: 'file', maxSelect: 5 },
			{ id: 'f0', name: 'id', type: 'text', system: true }
		]
	},
	{ id: 's1', name: '_superusers', type: 'auth', system: true, fields: [] }
];
const posts = here[0] as PlainCollection;

describe('what an import does', () => {
	test('nothing, when it says what is there already', () => {
		expect(effectsOf(here, here, true)).toEqual([]);
	});

	test('properties and options that differ are named; what is not mentioned stays', () => {
		const entry: Entry = { id: 'p1', name: 'articles', listRule: '', fields: [{ id: 'f1', name: 'title', type: 'text', max: 20 }] };
		const [effect] = effectsOf([entry], here, false);
		expect(effect?.differences.map((one) => one.path)).toEqual(['name', 'listRule', 'fields.title.max']);
		expect(effect?.loss).toBe('');
	});

	test('from several values to one loses some', () => {
		const entry: Entry = { id: 'p1', name: 'posts', fields: [{ id: 'f2', name: 'files', type: 'file', maxSelect: 1 }] };
		expect(effectsOf([entry], here, false)[0]?.loss).toContain('files.maxSelect');
	});

	test('deleting what is missing takes fields and collections, but nothing of the system', () => {
		const entry: Entry = { id: 'p1', name: 'posts', fields: [{ id: 'f1', name: 'title', type: 'text', max: 10 }] };
		expect(effectsOf([entry], here, true).map(({ name, kind, loss }) => [name, kind, loss])).toEqual([
			['posts', 'changed', 'The data of files is lost.']
		]);
		expect(effectsOf([], here, true).map(({ name, kind }) => [name, kind])).toEqual([['posts', 'deleted']]);
		expect(effectsOf([], here, false)).toEqual([]);
	});
});

describe('collections that have another id elsewhere', () => {
	const theirs: Entry[] = [
		{ id: 'other', name: 'posts' },
		{ id: 'new', name: 'comments', fields: [{ name: 'post', type: 'relation', collectionId: 'other' }] }
	];

	test('are found by their names', () => {
		expect(strangers(theirs, here).map((entry) => entry.name)).toEqual(['posts']);
	});

	test('take the ids from here, and relations follow', () => {
		const [own, comments] = adoptIds(theirs, here);
		expect(own?.id).toBe(posts.id);
		expect(comments?.id).toBe('new');
		expect(comments?.fields?.[0]?.['collectionId']).toBe(posts.id);
	});
});

describe('the text of a file', () => {
	test('is a list, or an object with one', () => {
		expect(entriesOf('[{"name":"a"}]')).toHaveLength(1);
		expect(entriesOf('{"collections":[{"name":"a"}]}')).toHaveLength(1);
	});

	test.each(['{', '{"a":1}', '[{"title":"a"}]', '["a"]'])('%s is refused with a sentence', (text) => {
		expect(() => entriesOf(text)).toThrow(/\.$|JSON/);
	});
});
