/** Items `from` (included) to `to` (not included). */
export interface Span {
	from: number;
	to: number;
}

/**
 * The items to draw of a long line of them: those that touch the window of `size` pixels at `start`, and some more on
 * both sides, so that a short scroll finds them ready.
 *
 * @param ends where each item ends, in pixels, ascending
 */
export function visible(ends: number[], start: number, size: number, more: number): Span {
	const from = ends.findIndex((end) => end > start - more);
	const last = ends.findIndex((end) => end >= start + size + more);
	return { from: from < 0 ? 0 : from, to: last < 0 ? ends.length : last + 1 };
}

/** Where each item ends when they stand in line. */
export function endsOf(sizes: number[]): number[] {
	let sum = 0;
	return sizes.map((size) => (sum += size));
}
