import { expect, test } from 'vitest';
import type { LogData } from '$lib/api/log';
import { fineBars } from './bars';
import { hasCondition, kindsOf, toggled } from './kinds';

const entry = (data: LogData, level = 0, message = '') => ({ created: '', level, message, data });

test('entries are counted by what they have in common', () => {
	const kinds = kindsOf([
		entry({ status: 200, method: 'GET', url: '/api/x?page=1' }),
		entry({ status: 200, method: 'GET', url: '/api/x' }),
		entry({ status: 404, method: 'GET', url: '/api/x/records/abcdefghij12345', error: 'Gone.' }, 8),
		entry({}, 8, 'job failed')
	]);
	expect(kinds.map(({ title }) => title)).toEqual(['Status', 'Level', 'Method', 'Paths', 'Most frequent errors']);
	expect(kinds.map((one) => one.kinds.map(({ label, total }) => `${label} ${total}`))).toEqual([
		['2xx 2', '4xx 1'],
		['Info 2', 'Error 2'],
		['GET 3'],
		['/api/x 2', '/api/x/records/… 1'],
		['404 Gone. 1', 'job failed 1']
	]);
});

test('a condition comes to a filter and goes from it again', () => {
	const [one, two] = ['(data.status >= 400 && data.status < 500)', 'data.method = "GET"'];
	expect(toggled('', one)).toBe(one);
	expect(toggled(one, two)).toBe(`${one} && ${two}`);
	expect(toggled(`${one} && ${two}`, one)).toBe(two);
	expect(toggled(one, one)).toBe('');
	expect(toggled('a = 1 || b = 2', one)).toBe(`(a = 1 || b = 2) && ${one}`);
	expect(toggled('some words', one)).toBe(`message ~ "some words" && ${one}`);
	expect([hasCondition(`${one} && ${two}`, two), hasCondition('data.status >= 4000', 'data.status >= 400')]).toEqual([true, false]);
});

test('of a short time there are bars by the minute, of a very short one by the second', () => {
	const minutes = fineBars([0, 61_000, 62_000], 0, 600_000);
	expect([minutes.step, minutes.all.length, minutes.all[1]?.total]).toEqual([60_000, 10, 2]);
	expect(fineBars([], 0, 60_000).step).toBe(1000);
});
