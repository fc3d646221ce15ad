import type { Backup } from '$lib/api/backup';
import type { Collection } from '$lib/api/collection';
import type { Settings } from '$lib/api/settings';
import { parseTime } from '$lib/format/time';
import { schemaHref } from '$lib/route/schema-state';

/** Something of this server to look at, and where. */
export interface Check {
	/** Stays the same while the matter does: what was set aside stays aside. */
	id: string;
	text: string;
	href: string;
	/** Where `href` leads. */
	place: string;
}

const OLD_BACKUP_MS = 7 * 86_400_000;
const LOCAL = /^https?:\/\/(localhost|127\.|\[::1\])/;

/** What is known of a server; parts that could not be read are left out, and not complained about. */
interface Known {
	settings: Settings | undefined;
	backups: Backup[] | undefined;
	collections: Collection[];
	/** Where this dashboard was opened. */
	hostname: string;
	now: number;
}

export function checksOf({ settings, backups, collections, hostname, now }: Known): Check[] {
	return [
		...collections.filter((one) => !one.system).flatMap(writable),
		...(backups && settings ? backupChecks(backups, settings, now) : []),
		...(settings ? settingsChecks(settings, hostname) : [])
	];
}

/** What anybody may do with the records of an open collection. */
const OPEN: Record<string, (name: string) => string> = {
	create: (name) => `Anybody may create records of ${name}, without signing in.`,
	update: (name) => `Anybody may update records of ${name}, without signing in.`,
	delete: (name) => `Anybody may delete records of ${name}, without signing in.`,
	'create,update': (name) => `Anybody may create and update records of ${name}, without signing in.`,
	'create,delete': (name) => `Anybody may create and delete records of ${name}, without signing in.`,
	'update,delete': (name) => `Anybody may update and delete records of ${name}, without signing in.`,
	'create,update,delete': (name) => `Anybody may create, update and delete records of ${name}, without signing in.`
};

/** Whoever finds such a collection can fill it, or empty it. People who sign up create their own account: that is no hole. */
function writable(collection: Collection): Check[] {
	if (collection.type === 'view') return [];
	const open = (['create', 'update', 'delete'] as const)
		.filter((action) => collection[`${action}Rule`] === '' && !(action === 'create' && collection.type === 'auth'))
		.join();
	const text = OPEN[open]?.(collection.name);
	return text ? [{ id: `open.${collection.id}.${open}`, text, href: schemaHref(collection.name, 'rules'), place: 'Rules' }] : [];
}

function backupChecks(backups: Backup[], { backups: { cron } }: Settings, now: number): Check[] {
	const place = { href: '#/settings/backups', place: 'Backups' };
	const latest = Math.max(...backups.map((one) => parseTime(one.modified)?.getTime() ?? 0));
	if (backups.length === 0 && cron === '')
		return [{ id: 'backup.none', text: 'There is no backup, and none is made by itself.', ...place }];
	if (backups.length > 0 && now - latest > OLD_BACKUP_MS) {
		const days = Math.floor((now - latest) / 86_400_000);
		return [{ id: 'backup.old', text: `The last backup is ${days} days old.`, ...place }];
	}
	return [];
}

function settingsChecks({ meta, smtp, rateLimits }: Settings, hostname: string): Check[] {
	const checks: Check[] = [];
	if (LOCAL.test(meta.appURL) && !LOCAL.test(`http://${hostname}`)) {
		checks.push({
			id: 'url',
			text: `Links in mails lead to ${meta.appURL}, which nobody else can open.`,
			href: '#/settings',
			place: 'Application'
		});
	}
	if (!smtp.enabled)
		checks.push({
			id: 'smtp',
			text: 'No mail server is set: mails go through sendmail, if it is there.',
			href: '#/settings/mail',
			place: 'Mail'
		});
	else if (meta.senderAddress.endsWith('@example.com')) {
		checks.push({ id: 'sender', text: `Mails come from ${meta.senderAddress}.`, href: '#/settings/mail', place: 'Mail' });
	}
	if (!rateLimits.enabled) checks.push({ id: 'limits', text: 'Requests are not limited.', href: '#/settings/security', place: 'Security' });
	return checks;
}
