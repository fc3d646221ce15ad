import type { Asked, AskedKind } from '$lib/filter/asked';
import type { Offer } from '$lib/filter/offers';

/** What the log can be asked about. */
const FIELDS: [name: string, detail: string, kind: AskedKind, choices?: string[]][] = [
	['data.status', 'answer, such as 404', 'number'],
	['data.method', "'GET', 'POST' …", 'choice', ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']],
	['data.url', 'path and query', 'text'],
	['data.execTime', 'milliseconds', 'number'],
	['data.auth', 'collection of the caller', 'text'],
	['data.authId', 'id of the caller', 'text'],
	['data.userIP', 'address of the caller', 'text'],
	['data.error', 'what was answered', 'text'],
	['data.userAgent', 'program of the caller', 'text'],
	['level', '-4, 0, 4, 8', 'number'],
	['message', 'the first line', 'text'],
	['created', "'2026-01-31 10:00:00Z'", 'date']
];

export const logOffers = (word: string): Offer[] =>
	FIELDS.filter(([name]) => name.toLowerCase().includes(word.toLowerCase())).map(([text, detail]) => ({ text, detail }));

export const LOG_FIELDS: Asked[] = FIELDS.map(([name, , kind, choices = []]) => ({
	name,
	label: name.replace('data.', ''),
	group: '',
	kind,
	many: false,
	choices
}));
