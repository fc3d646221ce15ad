import type { LogHour } from '$lib/api/log';
import { parseTime } from '$lib/format/time';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
/** The server counts by the hour. Of less time than this the entries themselves are counted, if there are not too many. */
export const SHORT_MS = 3 * HOUR_MS;
const VERY_SHORT_MS = 3 * MINUTE_MS;
/** More bars than this would be thinner than a pixel: days take their place. */
const MOST_BARS = 200;

export interface Bar {
	/** Where it begins, in milliseconds. */
	at: number;
	total: number;
}

export interface Bars {
	all: Bar[];
	/** Milliseconds each stands for. */
	step: number;
}

/**
 * Every hour that is looked at, empty ones too.
 *
 * @param from where the first begins, in milliseconds; undefined for the first entry
 * @param to where the last ends; undefined for the last entry
 */
export function barsOf(hours: LogHour[], from: number | undefined, to: number | undefined): Bars {
	const found = hours.flatMap(({ date, total }) => {
		const time = parseTime(date);
		return time ? [{ at: time.getTime(), total }] : [];
	});
	const first = from ?? found[0]?.at;
	const last = to ?? (found.at(-1)?.at ?? 0) + 1;
	if (first === undefined || last < first) return { all: [], step: HOUR_MS };
	const step = (last - first) / HOUR_MS > MOST_BARS ? 24 * HOUR_MS : HOUR_MS;
	return fill(found, first, last, step);
}

/** Milliseconds a bar of a short time stands for. */
export const stepOf = (length: number) => (length > VERY_SHORT_MS ? MINUTE_MS : SECOND_MS);

/** As `barsOf`, by the minute or second: of a short time whose entries are all known by their moments. */
export function fineBars(moments: number[], from: number, to: number): Bars {
	const step = stepOf(to - from);
	return fill(
		moments.map((at) => ({ at, total: 1 })),
		from,
		to,
		step
	);
}

function fill(found: Bar[], first: number, last: number, step: number): Bars {
	const start = Math.floor(first / step) * step;
	const all = Array.from({ length: Math.max(1, Math.ceil((last - start) / step)) }, (_, i): Bar => ({ at: start + i * step, total: 0 }));
	for (const one of found) {
		const bar = all[Math.floor((one.at - start) / step)];
		if (bar) bar.total += one.total;
	}
	return { all, step };
}
