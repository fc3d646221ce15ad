import { locale } from '$lib/words/language';

const DAY = new Intl.DateTimeFormat(locale, { day: '2-digit', month: 'short', year: 'numeric' });
const CLOCK = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const FULL = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'long' });
const AGO = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });

/** Seconds in each unit, largest first. */
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
	['year', 31_557_600],
	['month', 2_629_800],
	['day', 86_400],
	['hour', 3_600],
	['minute', 60],
	['second', 1]
];

/** The server's `YYYY-MM-DD HH:MM:SS.mmmZ` as a moment; undefined for an empty or foreign text. */
export function parseTime(text: unknown): Date | undefined {
	if (typeof text !== 'string' || text === '') return undefined;
	const date = new Date(text.replace(' ', 'T'));
	return Number.isNaN(date.getTime()) ? undefined : date;
}

export const day = (date: Date) => DAY.format(date);
export const clock = (date: Date) => CLOCK.format(date);
/** Everything, in the reader's own zone. */
export const fullTime = (date: Date) => FULL.format(date);

/** "3 days ago", "in 2 hr.". */
export function ago(date: Date, now = Date.now()): string {
	const seconds = (date.getTime() - now) / 1000;
	const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
	return AGO.format(Math.round(seconds / size), unit);
}

/** The text a date-time input takes: local, without a zone. */
export function forInput(date: Date | undefined): string {
	if (!date) return '';
	const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString();
	return local.slice(0, date.getMilliseconds() > 0 ? 23 : 19);
}

/** What a date-time input holds, as the server writes moments; `''` for none. */
export function fromInput(text: string): string {
	const date = new Date(text);
	return text === '' || Number.isNaN(date.getTime()) ? '' : date.toISOString().replace('T', ' ');
}
