import { describe, expect, test } from 'vitest';
import { isCron, nextRun } from './cron';
import { parsePair, parsePoint, pointText } from './geo';
import { pieces } from './json';
import { bytes, counted } from './number';
import { spanText } from './span';
import { ago, forInput, fromInput, parseTime } from './time';

describe('moments', () => {
	test('the server writes them with a space, and nothing for none', () => {
		expect(parseTime('2026-03-01 09:30:00.000Z')?.toISOString()).toBe('2026-03-01T09:30:00.000Z');
		for (const text of ['', 'soon', null, 7]) expect(parseTime(text)).toBeUndefined();
	});

	test.each(['2026-07-01 03:30:00.000Z', '2026-01-01 03:30:00.123Z', '2026-03-08 06:59:59.000Z'])(
		'%s comes back from an input as it went in, summer and winter',
		(text) => {
			expect(fromInput(forInput(parseTime(text)))).toBe(text);
		}
	);

	test('what cannot be read is none', () => {
		expect(fromInput('')).toBe('');
		expect(fromInput('2026-13-40T00:00')).toBe('');
		expect(forInput(undefined)).toBe('');
	});

	test('how long ago, in the largest unit', () => {
		const now = Date.UTC(2026, 0, 10);
		expect(ago(new Date(now - 3 * 86_400_000), now)).toBe('3 days ago');
		expect(ago(new Date(now + 7_200_000), now)).toBe('in 2 hr.');
		expect(ago(new Date(now), now)).toBe('now');
	});
});

describe('amounts', () => {
	test.each([
		[0, '0 bytes'],
		[1, '1 byte'],
		[1023, '1,023 bytes'],
		[1024, '1 KB'],
		[1536, '1.5 KB'],
		[5 * 1024 ** 2, '5 MB'],
		[1024 ** 5, '1,024 TB']
	])('%d bytes are %s', (size, text) => {
		expect(bytes(size)).toBe(text);
	});

	test.each([
		[0, 'none'],
		[1, '1 second'],
		[5400, '1 hour 30 minutes'],
		[86_400, '1 day'],
		[90_061, '1 day 1 hour'],
		[86_401, '1 day']
	])('%d seconds are %s', (seconds, text) => {
		expect(spanText(seconds)).toBe(text);
	});

	test('counts have a form for one and for many', () => {
		expect([0, 1, 12_480].map((n) => counted(n, 'entry', 'entries'))).toEqual(['0 entries', '1 entry', '12,480 entries']);
	});
});

describe('cron', () => {
	const after = new Date('2026-02-27T23:59:30Z');
	test.each([
		['* * * * *', '2026-02-28T00:00:00.000Z'],
		['*/15 3 * * *', '2026-02-28T03:00:00.000Z'],
		['30 4 1-7 * *', '2026-03-01T04:30:00.000Z'],
		['0 0 29 2 *', '2028-02-29T00:00:00.000Z'],
		['0 12 * * 1', '2026-03-02T12:00:00.000Z'],
		['@monthly', '2026-03-01T00:00:00.000Z']
	])('%s runs next at %s', (expression, moment) => {
		expect(nextRun(expression, after)?.toISOString()).toBe(moment);
	});

	test.each(['', '* * * *', '60 * * * *', '5-1 * * * *', '*/0 * * * *', 'a * * * *', '* * * * * *'])('%j is none', (expression) => {
		expect(isCron(expression)).toBe(false);
	});

	test('31 February never comes', () => {
		expect(isCron('0 0 31 2 *')).toBe(true);
		expect(nextRun('0 0 31 2 *', after)).toBeUndefined();
	});
});

describe('places', () => {
	test('0/0 is not set', () => {
		expect(parsePoint({ lon: 0, lat: 0 })).toBeUndefined();
		expect(parsePoint({ lon: 0, lat: 5 })).toEqual({ lon: 0, lat: 5 });
		expect(parsePoint('x')).toBeUndefined();
	});

	test('a pair from a map has the latitude first', () => {
		expect(parsePair(' 52.52, 13.405 ')).toEqual({ lon: 13.405, lat: 52.52 });
		expect(parsePair('-33.9 18.4')).toEqual({ lon: 18.4, lat: -33.9 });
		for (const text of ['91, 0', '0, 181', '52.52', 'north']) expect(parsePair(text)).toBeUndefined();
		expect(pointText({ lon: -74.006, lat: -1 })).toBe('1.00000° S, 74.00600° W');
	});
});

test('printed JSON is coloured piece by piece, and nothing is lost', () => {
	const text = JSON.stringify({ 'a "b"': [1, -2.5e3, 'x: true', null] }, null, 2);
	const all = pieces(text);
	expect(all.map((piece) => piece.text).join('')).toBe(text);
	expect(all.filter((piece) => piece.role).map((piece) => piece.role)).toEqual(['key', 'number', 'number', 'text', 'word']);
});
