import { logHours, type LogHour } from '$lib/api/log';
import { HOUR_MS } from '$lib/logs/bars';
import { logHref, parseLogState, stamp } from '$lib/logs/log-state';

/** Requests of the last hours by how they went; superusers' are left out, as in the log. */
export interface Activity {
	/** Milliseconds. */
	from: number;
	to: number;
	all: LogHour[];
	/** Answered with 4xx or 5xx. */
	wrong: LogHour[];
	/** Of these: the server's own mistakes. */
	broken: LogHour[];
}

export const HOURS = 24;
const OF_USERS = "data.auth != '_superusers'";

export async function readActivity(signal: AbortSignal): Promise<Activity> {
	const to = Date.now();
	const from = to - HOURS * HOUR_MS;
	const filter = `created >= '${stamp(new Date(from))}' && data.type = 'request' && ${OF_USERS}`;
	const [all, wrong, broken] = await Promise.all([
		logHours(filter, signal),
		logHours(`${filter} && data.status >= 400`, signal),
		logHours(`${filter} && data.status >= 500`, signal)
	]);
	return { from, to, all, wrong, broken };
}

export const totalOf = (hours: LogHour[]) => hours.reduce((sum, { total }) => sum + total, 0);

/** The log, showing only what passes the filter. */
export const logWith = (filter: string) => logHref({ ...parseLogState(new URLSearchParams()), filter });
