import { locale } from '$lib/words/language';
import { say } from '$lib/words/words';

/** Seconds in each unit, largest first. */
const UNITS: [string, number][] = [
	['day', 86_400],
	['hour', 3_600],
	['minute', 60],
	['second', 1]
];

const part = (count: number, unit: string) => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(count);

/** A number of seconds in the two largest units it has: "5 days", "1 hour 30 minutes". */
export function spanText(seconds: number): string {
	let rest = Math.max(0, Math.round(seconds));
	const parts: string[] = [];
	for (const [unit, size] of UNITS) {
		const count = Math.floor(rest / size);
		rest -= count * size;
		if (count > 0) parts.push(part(count, unit));
		else if (parts.length > 0) break;
		if (parts.length === 2) break;
	}
	return parts.join(' ') || say('none');
}
