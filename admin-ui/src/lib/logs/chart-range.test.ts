import { expect, test } from 'vitest';
import { moved, zoomed } from './chart-range';

const at = (text: string) => new Date(`2026-03-01T${text}Z`).getTime();
const span = (from: string, to: string) => ({ from: at(from), to: at(to) });
const NOW = at('20:00:00');

test('a closer look keeps the place it is about, and ends where bars do', () => {
	expect(zoomed(span('08:00:00', '16:00:00'), 0.5, 0.5, NOW)).toEqual(span('10:00:00', '14:00:00'));
	expect(zoomed(span('08:00:00', '16:00:00'), 0.5, 0, NOW)).toEqual(span('08:00:00', '12:00:00'));
	expect(zoomed(span('10:00:00', '11:00:00'), 0.5, 1, NOW)).toEqual(span('10:30:00', '11:00:00'));
	expect(zoomed(span('10:00:00', '10:00:10'), 0.5, 0.5, NOW)).toEqual(span('10:00:00', '10:00:10'));
});

test('from farther away there is more, but nothing that is yet to come', () => {
	expect(zoomed(span('10:00:00', '14:00:00'), 2, 0.5, NOW)).toEqual(span('08:00:00', '16:00:00'));
	expect(zoomed(span('16:00:00', '20:00:00'), 2, 0.5, NOW)).toEqual(span('14:00:00', '20:00:00'));
});

test('what is looked at moves by whole bars, and stops at now', () => {
	expect(moved(span('10:00:00', '14:00:00'), -100 * 60_000, NOW)).toEqual(span('08:00:00', '12:00:00'));
	expect(moved(span('15:00:00', '19:00:00'), 5 * 3_600_000, NOW)).toEqual(span('16:00:00', '20:00:00'));
	expect(moved(span('16:00:00', '20:00:00'), 3_600_000, NOW)).toEqual(span('16:00:00', '20:00:00'));
});
