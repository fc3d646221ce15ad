import type { LogTraits } from '$lib/api/log';
import { say } from '$lib/words/words';
import { LEVELS, levelOf } from './level';
import { isExpression } from './log-state';

/** Entries that have something in common. */
export interface Kind {
	label: string;
	total: number;
	/** The filter's words for it. */
	condition: string;
	tone?: 'good' | 'warn' | 'danger' | undefined;
}

const MOST_PATHS = 8;
const MOST_ERRORS = 5;
const TONES: Record<string, Kind['tone']> = { '2': 'good', '4': 'warn', '5': 'danger' };
const text = (value: string) => JSON.stringify(value);

/** Kinds of one sort. */
interface Group {
	title: string;
	/** Code. */
	mono?: boolean;
	/** Said by the server, whatever language the dashboard is in. */
	quoted?: boolean;
	kinds: Kind[];
}

/** What there is of each kind, the most first; levels and statuses in their own order. */
export function kindsOf(entries: LogTraits[]): Group[] {
	return [
		{ title: say('Status'), kinds: inOrder(tally(entries, statusKind)) },
		{ title: say('Level'), kinds: tally(entries, levelKind) },
		{ title: say('Method'), mono: true, kinds: tally(entries, methodKind) },
		{ title: say('Paths'), mono: true, kinds: tally(entries, pathKind).slice(0, MOST_PATHS) },
		{ title: say('Most frequent errors'), quoted: true, kinds: tally(entries, errorKind).slice(0, MOST_ERRORS) }
	].filter(({ kinds }) => kinds.length > 0);
}

function tally(entries: LogTraits[], kindOf: (one: LogTraits) => Omit<Kind, 'total'> | undefined): Kind[] {
	const found = new Map<string, Kind>();
	for (const entry of entries) {
		const kind = kindOf(entry);
		if (!kind) continue;
		const known = found.get(kind.condition);
		if (known) known.total++;
		else found.set(kind.condition, { ...kind, total: 1 });
	}
	return [...found.values()].sort((a, b) => b.total - a.total);
}

const inOrder = (kinds: Kind[]) => kinds.sort((a, b) => a.label.localeCompare(b.label));

function statusKind({ data: { status } }: LogTraits): Omit<Kind, 'total'> | undefined {
	if (!status) return undefined;
	const first = Math.floor(status / 100);
	return {
		label: `${first}xx`,
		condition: `(data.status >= ${first}00 && data.status < ${first + 1}00)`,
		tone: TONES[String(first)]
	};
}

function levelKind({ level }: LogTraits): Omit<Kind, 'total'> {
	const { value, label } = levelOf(level);
	const next = LEVELS[LEVELS.findIndex((one) => one.value === value) + 1];
	return { label, condition: next ? `(level >= ${value} && level < ${next.value})` : `level >= ${value}` };
}

function methodKind({ data: { method } }: LogTraits): Omit<Kind, 'total'> | undefined {
	return method ? { label: method, condition: `data.method = ${text(method)}` } : undefined;
}

/** An id of a record, with what follows it. */
const ID = /\/[a-z0-9]{15}(\/.*)?$/;

function pathKind({ data: { url } }: LogTraits): Omit<Kind, 'total'> | undefined {
	if (!url) return undefined;
	const path = url.split('?')[0] ?? '';
	const common = path.replace(ID, '/');
	if (common !== path) return { label: `${common}…`, condition: `data.url ~ ${text(`${common}%`)}` };
	return { label: path, condition: `(data.url = ${text(path)} || data.url ~ ${text(`${path}?%`)})` };
}

function errorKind({ level, message, data: { status, error } }: LogTraits): Omit<Kind, 'total'> | undefined {
	if (error) return { label: status ? `${status} ${error}` : error, condition: `data.error = ${text(error)}` };
	return level >= 8 && !status ? { label: message, condition: `message = ${text(message)}` } : undefined;
}

const AND = ' && ';

export const hasCondition = (filter: string, condition: string) => `${AND}${filter}${AND}`.includes(`${AND}${condition}${AND}`);

/** With the condition as one more, or without it when it is there. */
export function toggled(filter: string, condition: string): string {
	if (hasCondition(filter, condition))
		return `${AND}${filter}${AND}`.replace(`${AND}${condition}${AND}`, AND).slice(AND.length, -AND.length).trim();
	if (filter === '') return condition;
	if (!isExpression(filter)) return `message ~ ${text(filter)}${AND}${condition}`;
	return (/\|\|/.test(filter) && !/^\([^()]*\)$/.test(filter) ? `(${filter})` : filter) + AND + condition;
}
