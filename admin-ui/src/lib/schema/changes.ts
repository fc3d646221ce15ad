import { say } from '$lib/words/words';
import type { Collection, Field, Rule } from '$lib/api/collection';
import { uniqueFields } from './sql-index';

/** Something a save does to what is there already. */
export interface Change {
	/**
	 * `conflict` replaces what somebody else wrote, `loss` deletes values, `access` lets more people in or fewer, `change` is
	 * seen by programs, `check` may be refused.
	 */
	kind: 'conflict' | 'loss' | 'access' | 'change' | 'check';
	text: string;
	/** What it was and what it will be, where that says more than words. */
	before?: string;
	after?: string;
}

const RULE_NAMES: [keyof Collection, string][] = [
	['listRule', 'List'],
	['viewRule', 'View'],
	['createRule', 'Create'],
	['updateRule', 'Update'],
	['deleteRule', 'Delete'],
	['authRule', 'Sign in'],
	['manageRule', 'Manage']
];

/** By the id of a select field: its choices that go by another name. */
export type Renamed = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** What saving `next` over `stored` does to data, programs and people. Harmless additions are not named. */
export function changesBetween(stored: Collection, next: Collection, choices: Renamed = new Map()): Change[] {
	return [
		...(stored.name === next.name ? [] : [renamed(stored.name, next.name)]),
		...(next.type === 'view' ? viewChanges(stored, next) : fieldChanges(stored.fields, next.fields, choices)),
		...uniqueChanges(stored, next),
		...ruleChanges(stored, next),
		...authChanges(stored, next)
	];
}

const renamed = (before: string, after: string): Change => ({
	kind: 'change',
	text: `The collection is called ${after} from now on. Its records stay; rules and views follow. Programs that ask for ${before} no longer find it.`,
	before,
	after
});

function viewChanges(stored: Collection, next: Collection): Change[] {
	if (stored.viewQuery === next.viewQuery) return [];
	return [
		{ kind: 'change', text: 'The query changes, and with it the fields programs see. No record is touched: a view has none of its own.' }
	];
}

function fieldChanges(stored: Field[], next: Field[], choices: Renamed): Change[] {
	const kept = new Map(next.filter((field) => field.id).map((field) => [field.id, field]));
	return stored.flatMap((before) => {
		const after = kept.get(before.id);
		return after
			? oneField(before, after, choices.get(before.id))
			: [{ kind: 'loss', text: `The field ${before.name} is deleted with its values in every record.` } satisfies Change];
	});
}

function oneField(before: Field, after: Field, choices: Readonly<Record<string, string>> = {}): Change[] {
	const out: Change[] = [];
	const name = after.name;
	if (before.name !== name) {
		out.push({
			kind: 'change',
			text: `The field ${before.name} is called ${name}. Its values stay; rules, indexes and views follow. Programs that use the old name do not.`,
			before: before.name,
			after: name
		});
	}
	out.push(...several(before, after));
	if (!before.required && after.required)
		out.push({
			kind: 'check',
			text: `${name} is required: records without it stay as they are, and are refused when they are next saved.`
		});
	if (before.hidden && !after.hidden)
		out.push({ kind: 'access', text: `${name} is no longer hidden: whoever may read a record reads it too.` });
	if (!before.hidden && after.hidden)
		out.push({ kind: 'access', text: `${name} is hidden: programs without a superuser no longer get it.` });
	if (before.type === 'select' && after.type === 'select') {
		const dropped = before.values.filter((value) => !after.values.includes(value) && !(value in choices));
		if (dropped.length > 0)
			out.push({
				kind: 'check',
				text: `${name} no longer offers ${dropped.join(', ')}: records that hold it keep it, and are refused when they are next saved.`
			});
	}
	if (before.type === 'file' && after.type === 'file' && before.protected && !after.protected) {
		out.push({ kind: 'access', text: `The files of ${name} are no longer protected: their address is enough to open them.` });
	}
	if (before.type === 'relation' && after.type === 'relation' && !before.cascadeDelete && after.cascadeDelete) {
		out.push({ kind: 'check', text: `Records are deleted along with the one ${name} points at.` });
	}
	return out;
}

function several(before: Field, after: Field): Change[] {
	if (!('maxSelect' in before) || !('maxSelect' in after)) return [];
	const [was, is] = [before.maxSelect > 1, after.maxSelect > 1];
	if (was === is) return [];
	return is
		? [{ kind: 'change', text: `${after.name} holds a list from now on: each value becomes a list of one. Programs get a list.` }]
		: [{ kind: 'loss', text: `${after.name} holds one value from now on: only the last of each list is kept.` }];
}

function uniqueChanges(stored: Collection, next: Collection): Change[] {
	if (next.type === 'view') return [];
	const before = new Set(uniqueFields(stored.indexes));
	return uniqueFields(next.indexes)
		.filter((name) => !before.has(name) && stored.fields.some((field) => field.name === name))
		.map((name) => ({ kind: 'check', text: `${name} must be unique: if two records have the same value, nothing is saved.` }));
}

const sayRule = (rule: Rule | undefined) =>
	rule === null || rule === undefined ? 'nobody but superusers' : rule === '' ? say('everyone') : rule;

function ruleChanges(stored: Collection, next: Collection): Change[] {
	return RULE_NAMES.flatMap(([key, name]) => {
		const [before, after] = [stored[key] as Rule | undefined, next[key] as Rule | undefined];
		if (before === after) return [];
		return [
			{
				kind: 'access',
				text: after === '' && key !== 'authRule' ? `${name}: everyone, guests too.` : `${name} has another rule.`,
				before: sayRule(before),
				after: sayRule(after)
			} satisfies Change
		];
	});
}

function authChanges(stored: Collection, next: Collection): Change[] {
	const out: Change[] = [];
	if ((stored.authRule ?? '') !== (next.authRule ?? ''))
		out.push({ kind: 'access', text: 'The condition for signing in changes: everybody in this collection is signed out.' });
	if (next.authToken?.secret) out.push({ kind: 'access', text: 'Everybody in this collection is signed out.' });
	for (const key of ['passwordAuth', 'otp', 'oauth2'] as const) {
		if (stored[key]?.enabled && next[key]?.enabled === false)
			out.push({ kind: 'access', text: `${METHODS[key]} no longer works for signing in.` });
	}
	const gone = stored.oauth2?.providers.filter((one) => !next.oauth2?.providers.some((other) => other.name === one.name)) ?? [];
	if (gone.length > 0)
		out.push({
			kind: 'access',
			text: `Nobody signs in with ${gone.map((one) => one.displayName || one.name).join(', ')} any more. The client secret is forgotten.`
		});
	for (const provider of next.oauth2?.providers ?? []) {
		const old = stored.oauth2?.providers.find((one) => one.name === provider.name);
		if (old && (old.authURL !== provider.authURL || old.tokenURL !== provider.tokenURL || old.userInfoURL !== provider.userInfoURL)) {
			out.push({
				kind: 'check',
				text: `${provider.displayName || provider.name} has other addresses: if it is another service, accounts linked with it belong to other people there.`
			});
		}
	}
	return out;
}

const METHODS = { passwordAuth: 'A password', otp: 'A one-time code', oauth2: 'Another service' };
