import { describe, expect, test } from 'vitest';
import type { Collection } from '$lib/api/collection';
import { guestHole } from './check';
import { namesAfter, wrongName, type Schema } from './names';

const field = (name: string, type: string, more: object = {}) => ({ id: name, name, type, ...more });
const users = { id: 'u1', name: 'users', type: 'auth', fields: [field('id', 'text'), field('name', 'text')] };
const superusers = { id: 's1', name: '_superusers', type: 'auth', fields: [field('id', 'text')] };
const posts = {
	id: 'p1',
	name: 'posts',
	type: 'base',
	fields: [
		field('id', 'text', { required: true }),
		field('title', 'text'),
		field('owner', 'relation', { collectionId: 'u1', maxSelect: 1 }),
		field('place', 'geoPoint'),
		field('tags', 'select', { values: ['a'], maxSelect: 3 })
	]
};
const schema = { root: posts, all: [posts, users, superusers] as unknown as Collection[] } as unknown as Schema;
const after = (path: string) => namesAfter(path, schema).map((name) => name.label);
const complaint = (name: string) => wrongName(name, schema)?.message;

describe('what may stand after a path', () => {
	test('at first: fields, the request, other collections, macros', () => {
		expect(after('')).toEqual(expect.arrayContaining(['title', '@request', '@collection', '@now', 'true']));
	});

	test('a relation leads to fields of its target, a point to its two numbers', () => {
		expect(after('owner.')).toEqual(expect.arrayContaining(['id', 'name', 'posts_via_owner']));
		expect(after('place.')).toEqual(['lon', 'lat']);
	});

	test('who asks has the fields of every auth collection', () => {
		expect(after('@request.auth.')).toEqual(expect.arrayContaining(['name', 'collectionName']));
	});
});

describe('a name', () => {
	test.each([
		'title',
		'owner.name',
		'owner.posts_via_owner.title',
		'@request.auth.name',
		'@request.body.title:isset',
		'@collection.users:a.id',
		'@now',
		'tags:each',
		'place.lon',
		'true'
	])('%s is known', (name) => {
		expect(complaint(name)).toBeUndefined();
	});

	test.each([
		['titel', 'There is no field titel. Did you mean title?'],
		['owner.nme', 'There is no field nme. Did you mean name?'],
		['@nov', 'There is no macro @nov. Did you mean @now?'],
		['@collection.user.id', 'There is no collection user. Did you mean users?'],
		['@request.headrs.x', 'There is no name headrs. Did you mean headers?'],
		['title:size', 'There is no modifier :size.']
	])('%s is refused: %s', (name, words) => {
		expect(complaint(name)).toContain(words);
	});

	test('is marked at the part that is wrong', () => {
		expect(wrongName('owner.nme', schema)?.from).toBe('owner.'.length);
	});

	test('that was renamed a moment ago is still taken', () => {
		expect(wrongName('former', { ...schema, former: new Set(['former']) })).toBeUndefined();
	});
});

describe('a comparison with who asks', () => {
	test('lets guests through where the field may be empty', () => {
		expect(guestHole('owner = @request.auth.id', schema)).toBe('owner');
		expect(guestHole('@request.auth.id ?= owner', schema)).toBe('owner');
	});

	test('does not where a sign-in is asked for, or the field is never empty', () => {
		expect(guestHole("@request.auth.id != '' && owner = @request.auth.id", schema)).toBeUndefined();
		expect(guestHole('id = @request.auth.id', schema)).toBeUndefined();
		expect(guestHole("// @request.auth.id != ''\nowner = @request.auth.id", schema)).toBe('owner');
	});
});
