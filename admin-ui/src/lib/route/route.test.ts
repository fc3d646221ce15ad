import { expect, test } from 'vitest';
import { parseSchemaTab, schemaHref } from './schema-state';
import { parseTableState, tableHref } from './table-state';

const query = (href: string) => new URLSearchParams(href.split('?').slice(1).join('?'));

test('a table comes back from its address as it was, whatever the filter holds', () => {
	const state = {
		page: 3,
		perPage: 100,
		sort: '-created',
		filter: "a = 'x & y' && b ~ '50 % + #1?'",
		record: 'abc',
		tab: 'json',
		create: '',
		view: 'v1',
		columns: 'id,title',
		density: 'compact'
	};
	expect(parseTableState(query(tableHref('posts', state)))).toEqual(state);
});

test('what is as usual is left out of an address', () => {
	expect(tableHref('a/b', { page: 1, perPage: 50, sort: '', filter: '' })).toBe('#/collections/a%2Fb');
	expect(tableHref('posts', { record: 'r1', create: 'new', tab: '' })).toBe('#/collections/posts?record=r1');
});

test('an address by hand cannot ask for nonsense', () => {
	expect(parseTableState(new URLSearchParams('page=-4&perPage=7'))).toMatchObject({ page: 1, perPage: 50 });
	expect(parseTableState(new URLSearchParams('page=2.7&perPage=x'))).toMatchObject({ page: 2, perPage: 50 });
});

test('a tab the type does not have is its first', () => {
	expect(parseSchemaTab(new URLSearchParams('tab=signin'), 'auth')).toBe('signin');
	expect(parseSchemaTab(new URLSearchParams('tab=signin'), 'base')).toBe('fields');
	expect(parseSchemaTab(new URLSearchParams(''), 'view')).toBe('query');
	expect(schemaHref(undefined, 'rules')).toBe('#/new-collection?tab=rules');
});
