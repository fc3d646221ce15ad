import { HOUR_MS, SHORT_MS, stepOf } from './bars';

/** A part of time, in milliseconds. */
export interface Span {
	from: number;
	to: number;
}

/** Less is a single bar. */
const LEAST_MS = 10_000;

/** How fine the ends of a part of time are: as its bars. */
const gridOf = (length: number) => (length > SHORT_MS ? HOUR_MS : stepOf(length));

const onGrid = ({ from, to }: Span): Span => {
	const grid = gridOf(to - from);
	const begin = Math.round(from / grid) * grid;
	return { from: begin, to: begin + Math.max(Math.round((to - from) / grid), 1) * grid };
};

/**
 * More or less of the time around a place in it.
 *
 * @param factor below 1 for a closer look
 * @param share where the place is: 0 at the beginning, 1 at the end; it stays there
 * @param now nothing is looked at that is yet to come
 */
export function zoomed({ from, to }: Span, factor: number, share: number, now: number): Span {
	const length = Math.max((to - from) * factor, LEAST_MS);
	const begin = from + share * (to - from - length);
	return onGrid({ from: begin, to: Math.min(begin + length, Math.max(now, begin + LEAST_MS)) });
}

/** As much of the time, some way further; not beyond now. */
export function moved({ from, to }: Span, way: number, now: number): Span {
	const grid = gridOf(to - from);
	const most = Math.ceil(now / grid) * grid - to;
	const step = Math.min(Math.round(way / grid) * grid, Math.max(most, 0));
	return { from: from + step, to: to + step };
}
