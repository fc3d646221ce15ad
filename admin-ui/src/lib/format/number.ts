import { locale } from '$lib/words/language';
import { plural } from '$lib/words/words';

const GROUPED = new Intl.NumberFormat(locale);
const PLURALS = new Intl.PluralRules(locale);

/** A count for people: 12,480. Values of records are shown as they are stored instead. */
export const count = (n: number) => GROUPED.format(n);

/** "record", "records". The words have to stand in the call itself: that is where the catalogue takes them from. */
export const formOf = (n: number, one: string, many = one + 's') => plural(PLURALS.select(n), one, many);

/** "1 record", "12,480 records". */
export const counted = (n: number, one: string, many = one + 's') => `${count(n)} ${formOf(n, one, many)}`;

/** "1.2 ms", "240 ms", "3.5 s". */
export const millis = (n: number) => (n >= 1000 ? `${rounded(n / 1000)} s` : `${n >= 10 ? count(Math.round(n)) : rounded(n)} ms`);

const UNITS = ['KB', 'MB', 'GB', 'TB'];
const SHORT = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });

/** A measure for people, to one place: 1.4. */
export const rounded = (n: number) => SHORT.format(n);

/** "5 MB", "1.4 GB": of 1024, as limits are set. */
export function bytes(n: number): string {
	const power = n > 0 ? Math.min(Math.floor(Math.log2(n) / 10), UNITS.length) : 0;
	if (power === 0) return counted(n, 'byte');
	const size = n / 1024 ** power;
	return `${SHORT.format(size < 10 ? size : Math.round(size))} ${UNITS[power - 1]}`;
}
