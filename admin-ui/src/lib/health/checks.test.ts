import { expect, test } from 'vitest';
import type { Backup } from '$lib/api/backup';
import type { Collection } from '$lib/api/collection';
import type { Settings } from '$lib/api/settings';
import { checksOf } from './checks';

const NOW = new Date('2026-03-01T10:00:00Z').getTime();

const good = () => ({
	meta: { appName: 'Shop', appURL: 'https://shop.example.org', senderName: 'Shop', senderAddress: 'shop@example.org', hideControls: false },
	smtp: { enabled: true },
	backups: { cron: '0 3 * * *' },
	rateLimits: { enabled: true }
});

function found(change: object, more: { backups?: Partial<Backup>[]; collections?: Partial<Collection>[]; hostname?: string } = {}) {
	const { backups = [{ modified: '2026-02-28 03:00:00.000Z' }], collections = [], hostname = 'shop.example.org' } = more;
	return checksOf({
		settings: { ...good(), ...change } as Settings,
		backups: backups as Backup[],
		collections: collections as Collection[],
		hostname,
		now: NOW
	}).map(({ id, text, href }) => `${id}: ${text} ${href}`);
}

test('where all is well nothing is said', () => {
	expect(found({})).toEqual([]);
});

test('each thing to look at leads to where it is mended', () => {
	expect(found({ smtp: { enabled: false } })).toEqual([
		'smtp: No mail server is set: mails go through sendmail, if it is there. #/settings/mail'
	]);
	expect(found({ rateLimits: { enabled: false } })).toEqual(['limits: Requests are not limited. #/settings/security']);
	expect(found({ meta: { ...good().meta, appURL: 'http://localhost:8090' } })).toEqual([
		'url: Links in mails lead to http://localhost:8090, which nobody else can open. #/settings'
	]);
	expect(found({ meta: { ...good().meta, senderAddress: 'support@example.com' } })).toEqual([
		'sender: Mails come from support@example.com. #/settings/mail'
	]);
	expect(found({ backups: { cron: '' } }, { backups: [] })).toEqual([
		'backup.none: There is no backup, and none is made by itself. #/settings/backups'
	]);
	expect(found({}, { backups: [{ modified: '2026-02-10 10:00:00.000Z' }] })).toEqual([
		'backup.old: The last backup is 19 days old. #/settings/backups'
	]);
});

test('collections that anybody may write to are named, with what he may do', () => {
	const base = { id: 'c1', name: 'notes', type: 'base', system: false, createRule: null, updateRule: null, deleteRule: null } as const;
	const said = (more: object) => found({}, { collections: [{ ...base, ...more }] });
	expect(said({ createRule: '' })).toEqual([
		'open.c1.create: Anybody may create records of notes, without signing in. #/collections/notes/schema?tab=rules'
	]);
	expect(said({ createRule: '', updateRule: '', deleteRule: '' })[0]).toMatch(/create, update and delete records of notes/);
	expect(said({ updateRule: '', createRule: 'owner = @request.auth.id' })[0]).toMatch(/may update records of notes/);
	// Whoever signs up creates an account.
	expect(said({ type: 'auth', createRule: '' })).toEqual([]);
	expect(said({ type: 'auth', deleteRule: '' })[0]).toMatch(/may delete records of notes/);
	expect(said({ type: 'view', createRule: '' })).toEqual([]);
});
