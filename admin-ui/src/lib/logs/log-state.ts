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
	/** Requests for files of records too: a page with pictures makes many. */
	files: boolean;
	/** What there is of each kind stands beside the list. */
	kinds: boolean;
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
		files: query.get('files') !== '0',
		kinds: query.get('kinds') === '1',
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
	if (!state.files) query.set('files', '0');
	if (state.kinds) query.set('kinds', '1');
	if (state.log) query.set('log', state.log);
	const text = query.toString().replaceAll('+', '%20');
	return '#/logs' + (text && '?' + text);
}

/** In the server's words. */
export const stamp = (date: Date) => date.toISOString().replace('T', ' ');

/** The server's words as milliseconds. */
export const momentOf = (text: string) => new Date(text.replace(' ', 'T')).getTime();

/** Whether a filter is one; otherwise it is words that are looked for. */
export const isExpression = (filter: string) => /[=~<>]/.test(filter);

/** Where the chart begins and ends, in milliseconds; undefined for everything that is kept. */
export function chartSpan(state: LogState, now: number): { from: number; to: number } | undefined {
	if (state.hour && state.until) return { from: momentOf(state.hour), to: momentOf(state.until) };
	return state.hours > 0 ? { from: now - state.hours * HOUR_MS, to: now } : undefined;
}

/** The screen's state as a filter for the server. A pressed hour is left out of the chart's, a range is not. */
export function filterOf(state: LogState, now: Date, use: 'list' | 'chart'): string {
	const parts: string[] = [];
	if (state.hour && (use === 'list' || state.until)) {
		const until = state.until || stamp(new Date(momentOf(state.hour) + HOUR_MS));
		parts.push(`created >= '${state.hour}'`, `created < '${until}'`);
	} else if (state.hours > 0) parts.push(`created >= '${stamp(new Date(now.getTime() - state.hours * HOUR_MS))}'`);
	if (state.level > LOWEST) parts.push(`level >= ${state.level}`);
	if (!state.superusers) parts.push("data.auth != '_superusers'");
	// By the message, which every entry has.
	if (!state.files) parts.push("message !~ '% /api/files/%'");
	// Pictures carry no token: those that this dashboard shows are known by where they were asked from.
	else if (!state.superusers) parts.push("(message !~ '% /api/files/%' || data.referer !~ '%/_/')");
	const words = state.filter.trim();
	if (isExpression(words)) parts.push(`(${words})`);
	else if (words)
		parts.push(
			`(${['message', 'data.url', 'data.error', 'data.userIP'].map((field) => `${field} ~ ${JSON.stringify(words)}`).join(' || ')})`
		);
	return parts.join(' && ');
}
