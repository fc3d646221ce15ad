import type { Collection, Field, Rule } from '$lib/api/collection';
import type { Row } from '$lib/api/record';
import type { Question, RuleAction } from '$lib/api/rule-test';

/** What a rule is tried with. */
export class Trial {
	action = $state<RuleAction>('list');
	asker = $state<'guest' | 'account'>('guest');
	/** The auth collection the asking account is of. */
	accounts = $state('');
	account = $state.raw<Row>();
	record = $state.raw<Row>();
	/** JSON. */
	body = $state('');
	/** `name=value`, one per line. */
	query = $state('');
	/** `name: value`, one per line. */
	headers = $state('');

	/** The request in the server's words, or what is still missing or wrong about it. */
	question(rule: Rule): Question | { missing: string } {
		const { action, record, account } = this;
		if (action !== 'create' && !record)
			return { missing: action === 'auth' ? 'Choose the account that signs in.' : 'Choose the record it is about.' };
		const asks = this.asker === 'account' && action !== 'auth';
		if (asks && !account) return { missing: 'Choose the account that asks.' };
		const body = this.body.trim() === '' ? {} : objectIn(this.body);
		if (!body) return { missing: 'The body is not a JSON object yet.' };
		return {
			action,
			rule,
			...(record && action !== 'create' && { record: record.id }),
			...(asks && account && { as: { collection: account.collectionId, id: account.id } }),
			...(Object.keys(body).length > 0 && { body }),
			query: pairsIn(this.query, '='),
			headers: pairsIn(this.headers, ':')
		};
	}

	/** A body to start from: the record's own values, or blanks. */
	fill(collection: Collection): void {
		const row = this.action === 'create' ? undefined : this.record;
		const fields = collection.fields.filter((field) => field.name !== 'id' && !['autodate', 'password', 'file'].includes(field.type));
		const values = fields
			.filter((field) => field.name !== 'tokenKey')
			.map((field) => [field.name, row ? row[field.name] : blankOf(field)] as const);
		this.body = JSON.stringify(Object.fromEntries(values), null, 2);
	}
}

/** By collection, as long as the page is open: a rule is tried, mended and tried again. */
const trials = new Map<string, Trial>();

export function trialOf(collection: string): Trial {
	const trial = trials.get(collection) ?? new Trial();
	trials.set(collection, trial);
	return trial;
}

function objectIn(text: string): Record<string, unknown> | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
	} catch {
		return undefined;
	}
}

function pairsIn(text: string, sign: string): Record<string, string> {
	const pairs = text.split('\n').map((line) => {
		const at = line.indexOf(sign);
		return at < 0 ? ([line.trim(), ''] as const) : ([line.slice(0, at).trim(), line.slice(at + 1).trim()] as const);
	});
	return Object.fromEntries(pairs.filter(([name]) => name !== ''));
}

function blankOf(field: Field): unknown {
	if (field.type === 'number') return 0;
	if (field.type === 'bool') return false;
	if (field.type === 'json') return null;
	if (field.type === 'geoPoint') return { lon: 0, lat: 0 };
	return 'maxSelect' in field && field.maxSelect > 1 ? [] : '';
}
