import { LEVELS } from './level';

/** What the logs screen shows, as its address says it. */
export interface LogState {
	/** Words, or an expression of the log's filters. */
	filter: string;
	/** Entries of this level and above; the lowest for all. */
	level: number;
	/** Hours back from now; 0 for everything that is kept. */
	hours: number;
	/** An hour that was pressed in the chart: its beginning, in the server's words. */
	hour: string;
	/** Requests of superusers too: this dashboard's own are among them. */
	superusers: boolean;
	/** The id of the open entry. */
	log: string;
}

export const SPANS = [
	{ hours: 1, label: 'Last hour' },
	{ hours: 24, label: 'Last day' },
	{ hours: 168, label: 'Last 7 days' },
	{ hours: 0, label: 'All that is kept' }
];
const USUAL_HOURS = 24;
const LOWEST = LEVELS[0]?.value ?? -4;
const HOUR_MS = 3_600_000;

export function parseLogState(query: URLSearchParams): LogState {
	const hours = Number(query.get('hours') ?? USUAL_HOURS);
	const level = Number(query.get('level') ?? LOWEST);
	return {
		filter: query.get('filter') ?? '',
		level: LEVELS.some((one) => one.value === level) ? level : LOWEST,
		hours: SPANS.some((one) => one.hours === hours) ? hours : USUAL_HOURS,
		hour: query.get('hour') ?? '',
		superusers: query.get('superusers') === '1',
		log: query.get('log') ?? ''
	};
}

export function logHref(state: LogState): string {
	const query = new URLSearchParams();
	if (state.filter) query.set('filter', state.filter);
	if (state.level !== LOWEST) query.set('level', String(state.level));
	if (state.hours !== USUAL_HOURS) query.set('hours', String(state.hours));
	if (state.hour) query.set('hour', state.hour);
	if (state.superusers) query.set('superusers', '1');
	if (state.log) query.set('log', state.log);
	const text = query.toString().replaceAll('+', '%20');
	return '#/logs' + (text && '?' + text);
}

const stamp = (date: Date) => date.toISOString().replace('T', ' ');

/** The screen's state as a filter for the server, the pressed hour left out of the chart's. */
export function filterOf(state: LogState, now: Date, use: 'list' | 'chart'): string {
	const parts: string[] = [];
	if (use === 'list' && state.hour) {
		const from = new Date(state.hour.replace(' ', 'T'));
		parts.push(`created >= '${state.hour}'`, `created < '${stamp(new Date(from.getTime() + HOUR_MS))}'`);
	} else if (state.hours > 0) parts.push(`created >= '${stamp(new Date(now.getTime() - state.hours * HOUR_MS))}'`);
	if (state.level > LOWEST) parts.push(`level >= ${state.level}`);
	if (!state.superusers) parts.push("data.auth != '_superusers'");
	const words = state.filter.trim();
	if (/[=~<>]/.test(words)) parts.push(`(${words})`);
	else if (words)
		parts.push(
			`(${['message', 'data.url', 'data.error', 'data.userIP'].map((field) => `${field} ~ ${JSON.stringify(words)}`).join(' || ')})`
		);
	return parts.join(' && ');
}
