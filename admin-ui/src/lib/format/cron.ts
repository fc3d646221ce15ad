/** The least and the most value of each part: minute, hour, day, month, weekday. */
const BOUNDS: [number, number][] = [
	[0, 59],
	[0, 23],
	[1, 31],
	[1, 12],
	[0, 6]
];
const MACROS: Record<string, string> = {
	'@yearly': '0 0 1 1 *',
	'@annually': '0 0 1 1 *',
	'@monthly': '0 0 1 * *',
	'@weekly': '0 0 * * 0',
	'@daily': '0 0 * * *',
	'@midnight': '0 0 * * *',
	'@hourly': '0 * * * *'
};
const DAY_MS = 86_400_000;
/** 29 February on a certain weekday comes within 40 years; nobody waits for more than a few. */
const MOST_DAYS = 366 * 5;

/** The values each part of an expression allows; undefined when it is none. */
function parse(expression: string): Set<number>[] | undefined {
	const parts = (MACROS[expression.trim()] ?? expression).trim().split(/\s+/);
	if (parts.length !== BOUNDS.length) return undefined;
	const sets = parts.map((part, i) => valuesOf(part, BOUNDS[i] ?? [0, 0]));
	return sets.every((set) => set !== undefined) ? sets : undefined;
}

function valuesOf(part: string, [least, most]: [number, number]): Set<number> | undefined {
	const values = new Set<number>();
	for (const item of part.split(',')) {
		const [, all, from, to, step] = /^(?:(\*)|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(item) ?? [];
		if (all === undefined && from === undefined) return undefined;
		const first = all ? least : Number(from);
		const last = all ? most : to === undefined ? first : Number(to);
		const by = step === undefined ? 1 : Number(step);
		if (first < least || last > most || first > last || by < 1) return undefined;
		for (let value = first; value <= last; value += by) values.add(value);
	}
	return values;
}

export const isCron = (expression: string) => parse(expression) !== undefined;

/** The next time it runs (the server's clock is UTC); undefined when it never does, or is no expression. */
export function nextRun(expression: string, after = new Date()): Date | undefined {
	const sets = parse(expression);
	if (!sets) return undefined;
	const [minutes, hours, days, months, weekdays] = sets as [Set<number>, Set<number>, Set<number>, Set<number>, Set<number>];
	const start = new Date(Math.floor(after.getTime() / 60_000) * 60_000 + 60_000);
	const midnight = Date.UTC(start.getUTCFullYear(), start.getUTCMonth(), start.getUTCDate());
	for (let n = 0; n < MOST_DAYS; n++) {
		const day = new Date(midnight + n * DAY_MS);
		if (!days.has(day.getUTCDate()) || !months.has(day.getUTCMonth() + 1) || !weekdays.has(day.getUTCDay())) continue;
		for (const hour of [...hours].sort((a, b) => a - b)) {
			for (const minute of [...minutes].sort((a, b) => a - b)) {
				const moment = new Date(day.getTime() + (hour * 60 + minute) * 60_000);
				if (moment >= start) return moment;
			}
		}
	}
	return undefined;
}

/** The next few times it runs. */
export function nextRuns(expression: string, number: number, after = new Date()): Date[] {
	const runs: Date[] = [];
	for (let next = nextRun(expression, after); next && runs.length < number; next = nextRun(expression, next)) runs.push(next);
	return runs;
}
