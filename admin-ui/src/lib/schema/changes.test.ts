import { describe, expect, test } from 'vitest';
import type { Collection } from '$lib/api/collection';
import { freeName } from './blank';
import { changesBetween } from './changes';

const stored = {
	id: 'p1',
	name: 'posts',
	type: 'base',
	indexes: [],
	listRule: null,
	viewRule: '',
	fields: [
		{ id: 'f1', name: 'title', type: 'text', required: false, hidden: false },
		{ id: 'f2', name: 'state', type: 'select', values: ['a', 'b'], maxSelect: 3 },
		{ id: 'f3', name: 'photo', type: 'file', maxSelect: 1, protected: true }
	]
} as unknown as Collection;

// Whatever a form may do to a collection.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Loose = any;

const after = (change: (next: Loose) => void, before = stored) => {
	const next = structuredClone(before) as Loose;
	change(next);
	return changesBetween(before, next).map(({ kind, text }) => `${kind}: ${text}`);
};

describe('before a save', () => {
	test('what changes nothing for anybody is not mentioned', () => {
		expect(after(() => {})).toEqual([]);
		expect(after((next) => next.fields.push({ id: '', name: 'extra', type: 'text' }))).toEqual([]);
		expect(after((next) => next.fields.reverse())).toEqual([]);
	});

	test('a removed field loses its values; one with a new name keeps them', () => {
		expect(after((next) => next.fields.shift())).toEqual([expect.stringMatching(/^loss: .*title/)]);
		expect(after((next) => (next.fields[0].name = 'headline'))).toEqual([expect.stringMatching(/^change: .*title.*headline/)]);
	});

	test('several values to one lose data, one to several does not', () => {
		expect(after((next) => (next.fields[1].maxSelect = 1))).toEqual([expect.stringMatching(/^loss: state/)]);
		expect(after((next) => (next.fields[2].maxSelect = 9))).toEqual([expect.stringMatching(/^change: photo/)]);
	});

	test('what people may see from now on is said', () => {
		expect(after((next) => (next.listRule = ''))).toEqual(['access: List: everyone, guests too.']);
		expect(after((next) => (next.fields[2].protected = false))).toEqual([expect.stringMatching(/^access: The files of photo/)]);
		expect(after((next) => (next.fields[0].hidden = true))).toEqual([expect.stringMatching(/^access: title is hidden/)]);
	});

	test('what stored records may not meet is to be checked', () => {
		expect(after((next) => (next.fields[0].required = true))).toEqual([expect.stringMatching(/^check: title is required/)]);
		expect(after((next) => (next.fields[1].values = ['a']))).toEqual([expect.stringMatching(/^check: state no longer offers b/)]);
		expect(after((next) => (next.indexes = ['CREATE UNIQUE INDEX `i` ON `posts` (`title`)']))).toEqual([
			expect.stringMatching(/^check: title must be unique/)
		]);
	});

	test('what signs everybody out is said', () => {
		const users = { ...stored, type: 'auth', authRule: '', passwordAuth: { enabled: true } } as unknown as Collection;
		expect(after((next) => (next.authRule = 'verified = true'), users).join()).toContain('everybody in this collection is signed out');
		expect(after((next) => (next.passwordAuth.enabled = false), users)).toEqual([expect.stringMatching(/^access: A password no longer/)]);
	});

	test('a service that moves to other addresses is to be checked', () => {
		const oidc = { name: 'oidc', displayName: 'Our own', authURL: 'https://a.example', tokenURL: '', userInfoURL: '' };
		const users = { ...stored, type: 'auth', oauth2: { enabled: true, providers: [oidc] } } as unknown as Collection;
		expect(after((next) => (next.oauth2.providers[0].authURL = 'https://b.example'), users)).toEqual([
			expect.stringMatching(/^check: Our own has other addresses/)
		]);
		expect(after((next) => (next.oauth2.providers[0].displayName = 'Ours'), users)).toEqual([]);
	});

	test('a choice with another name is no choice taken away', () => {
		const next = structuredClone(stored);
		const state = next.fields.find((field) => field.type === 'select');
		if (state?.type !== 'select') throw new Error('no choice');
		const [first = ''] = state.values;
		state.values = ['renamed', ...state.values.slice(1)];
		expect(changesBetween(stored, next, new Map([[state.id, { [first]: 'renamed' }]]))).toEqual([]);
		expect(changesBetween(stored, next)).toHaveLength(1);
	});
});

test('a free name is the first that nobody has, whatever its case', () => {
	expect(freeName('field', ['Field', 'field2'])).toBe('field3');
});
