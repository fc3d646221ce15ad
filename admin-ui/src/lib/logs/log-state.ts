import { HOUR_MS } from './bars';
import { LEVELS } from './level';

/** What the logs screen shows, as its address says it. */
export interface LogState {
	/** Words, or an expression of the log's filters. */
	filter: string;
	/** Entries of this level and above; the lowest for all. */
	level: number;
	/** Hours back from now; 0 for everything that is kept. */
	hours: number;
	/** An hour that was pressed in the chart, or the beginning of a range: in the server's words. */
	hour: string;
	/** Where a range ends; `''` for the one hour. */
	until: string;
	/** Requests of superusers too: this dashboard's own are among them. */
	superusers: boolean;
	/** The id of the open entry. */
	log: string;
}

/** A part of the time that is looked at. */
export type Range = Pick<LogState, 'hour' | 'until'>;

export const SPANS = [
	{ hours: 1, label: 'Last hour' },
	{ hours: 24, label: 'Last day' },
	{ hours: 168, label: 'Last 7 days' },
	{ hours: 0, label: 'All that is kept' }
];
const USUAL_HOURS = 24;
const LOWEST = LEVELS[0]?.value ?? -4;

export function parseLogState(query: URLSearchParams): LogState {
	const hours = Number(query.get('hours') ?? USUAL_HOURS);
	const level = Number(query.get('level') ?? LOWEST);
	return {
		filter: query.get('filter') ?? '',
		level: LEVELS.some((one) => one.value === level) ? level : LOWEST,
		hours: SPANS.some((one) => one.hours === hours) ? hours : USUAL_HOURS,
		hour: query.get('hour') ?? '',
		until: query.get('until') ?? '',
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
	if (state.hour && state.until) query.set('until', state.until);
	if (state.superusers) query.set('superusers', '1');
	if (state.log) query.set('log', state.log);
	const text = query.toString().replaceAll('+', '%20');
	return '#/logs' + (text && '?' + text);
}

/** In the server's words. */
export const stamp = (date: Date) => date.toISOString().replace('T', ' ');

/** The server's words as milliseconds. */
export const momentOf = (text: string) => new Date(text.replace(' ', 'T')).getTime();

/** The screen's state as a filter for the server. A pressed hour is left out of the chart's, a range is not. */
export function filterOf(state: LogState, now: Date, use: 'list' | 'chart'): string {
	const parts: string[] = [];
	if (state.hour && (use === 'list' || state.until)) {
		const until = state.until || stamp(new Date(momentOf(state.hour) + HOUR_MS));
		parts.push(`created >= '${state.hour}'`, `created < '${until}'`);
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
