import type { Rule } from '$lib/api/collection';
import type { Answer } from './answers';
import type { Param } from './params';

/** The same request in each language. */
export interface Samples {
	/** With the protocol's own client; what comes before it is `STARTS`. */
	js: string;
	/** With the client of this house, where it does it another way. */
	own?: string;
	dart: string;
	curl: string;
}

/** One thing a program can do with a collection. */
export interface Topic extends Samples {
	id: string;
	title: string;
	about: string;
	method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
	path: string;
	/** The rule that decides; left out where none does. */
	rule?: Rule;
	/** What an open rule means, where it is not "everyone". */
	open?: string;
	/** It is off in this collection. */
	off?: string;
	/** Of the address. */
	query?: Param[];
	/** Of the body. */
	body?: Param[];
	/** What may come back, the best first. */
	answers: Answer[];
	/** It only reads, so it can be tried here. */
	tries?: 'list' | 'view' | 'plain';
}

export const LANGUAGES = [
	{ value: 'js', label: 'JavaScript' },
	{ value: 'own', label: 'Cratebase' },
	{ value: 'dart', label: 'Dart' },
	{ value: 'curl', label: 'curl' }
] as const;
export type Language = (typeof LANGUAGES)[number]['value'];

/** A sample with all it needs to run. */
export function sampleOf(topic: Topic, language: Language, origin: string): string {
	switch (language) {
		case 'js':
			return `import PocketBase from 'pocketbase';\n\nconst pb = new PocketBase('${origin}');\n\n${topic.js}`;
		case 'own':
			// That client is the protocol's own with a feed: the calls are the same.
			return `import { Cratebase } from 'cratebase';\n\nconst cb = new Cratebase('${origin}');\n\n${topic.own ?? topic.js.replace(/\bpb\b/g, 'cb')}`;
		case 'dart':
			return `import 'package:pocketbase/pocketbase.dart';\n\nfinal pb = PocketBase('${origin}');\n\n${topic.dart}`;
		case 'curl':
			return topic.curl;
	}
}

/** Text for single quotes of a shell. */
const quoted = (value: unknown) => `'${JSON.stringify(value, null, 2).replaceAll("'", `'\\''`)}'`;

/** A value as a JavaScript program writes it. */
export const literal = (value: unknown, indent = '') =>
	JSON.stringify(value, null, 2)
		.replace(/"([A-Za-z_]\w*)":/g, '$1:')
		.replaceAll('\n', '\n' + indent);

/** A text as JavaScript reads it, in the quotes that it has not itself. */
export const text = (value: string) => (/['\\\n]/.test(value) ? JSON.stringify(value) : `'${value}'`);

/** A text as Dart reads it, with nothing filled in. */
export const dartText = (value: string) => text(value).replaceAll('$', '\\$');

/** A value as a Dart program writes it: JSON, with nothing filled in. */
export const dartLiteral = (value: unknown) => JSON.stringify(value, null, 2).replaceAll('$', '\\$');

export function curlOf(method: string, url: string, body?: unknown, token = true): string {
	const lines = [method === 'GET' ? `curl '${url}'` : `curl -X ${method} '${url}'`];
	if (token) lines.push(`-H "Authorization: $TOKEN"`);
	if (body !== undefined) lines.push(`-H 'Content-Type: application/json'`, `-d ${quoted(body)}`);
	return lines.join(' \\\n  ');
}
