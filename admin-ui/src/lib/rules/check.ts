import { isAbort } from '$lib/api/client';
import { ApiError } from '$lib/api/error';
import { listRecords } from '$lib/api/record';
import { parse, type Problem } from './grammar';
import { wrongName, type Schema } from './names';

/** What this page can tell about an expression by itself. */
export function problemOf(text: string, schema: Schema): Problem | undefined {
	const { problem, names } = parse(text);
	for (const name of names) {
		const wrong = wrongName(name.text, schema);
		if (wrong && (!problem || name.from < problem.from)) return { from: name.from + wrong.from, to: name.to, message: wrong.message };
	}
	return problem;
}

/** Finds no record, by the key and at once: the server only has to understand the rest. */
const BEFORE = "id = '' && (\n";
/** On a line of its own: the text may end in a comment. */
const AFTER = '\n)';
const MAX_BYTES = 3400;

/**
 * What the server says about an expression: it is asked for a list that is empty anyway. Only as good as the schema the
 * server has, so not for collections with unsaved fields.
 */
export async function askServer(text: string, collection: string, signal: AbortSignal): Promise<Problem | undefined> {
	if (new TextEncoder().encode(text).length > MAX_BYTES) return undefined;
	try {
		await listRecords(collection, { page: 1, perPage: 1, sort: '', filter: BEFORE + text + AFTER, expand: '' }, signal);
		return undefined;
	} catch (thrown) {
		if (isAbort(thrown)) return undefined;
		const error = ApiError.from(thrown);
		if (error.status !== 400) return undefined;
		return placed(error.at('filter') ?? error.message, text);
	}
}

/** The server counts bytes from the start of what it was sent. */
function placed(message: string, text: string): Problem {
	const at = / at byte (\d+)/.exec(message);
	const words = message.replace(/ at byte \d+/, '');
	if (!at) return { from: 0, to: text.length, message: words };
	const bytes = new TextEncoder().encode(text);
	const start = Math.min(Math.max(Number(at[1]) - BEFORE.length, 0), bytes.length);
	const from = new TextDecoder().decode(bytes.slice(0, start)).length;
	const end = /^[\w.@:#]+/.exec(text.slice(from))?.[0].length ?? 1;
	return { from: Math.min(from, Math.max(0, text.length - 1)), to: Math.min(from + end, text.length), message: words };
}

/** Comparisons with who asks that a guest passes too: "nobody" equals an empty field. */
export function guestHole(text: string, schema: Schema): string | undefined {
	const plain = text.replace(/\/\/[^\n]*/g, '');
	if (/@request\.auth\.id\s*!=\s*(''|"")/.test(plain) || /@request\.auth\.(collectionName|collectionId|verified)\s*=/.test(plain))
		return undefined;
	for (const [, left, right] of plain.matchAll(/([\w.@]+)\s*\??=\s*([\w.@]+)/g)) {
		const other = left === '@request.auth.id' ? right : right === '@request.auth.id' ? left : undefined;
		if (!other || other.startsWith('@')) continue;
		const field = schema.root.fields.find((one) => one.name === other);
		if (other !== 'id' && !field?.required) return other;
	}
	return undefined;
}
