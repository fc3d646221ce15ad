import ArchiveRestore from '@lucide/svelte/icons/archive-restore';
import Clock from '@lucide/svelte/icons/clock';
import Download from '@lucide/svelte/icons/download';
import HardDrive from '@lucide/svelte/icons/hard-drive';
import Mail from '@lucide/svelte/icons/mail';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import ShieldUser from '@lucide/svelte/icons/shield-user';
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal';
import Upload from '@lucide/svelte/icons/upload';
import type { IconOf } from '$lib/ui/icon';

interface Page {
	href: string;
	title: string;
	icon: IconOf;
}

/** The pages of the settings; each is a folder of routes/(app)/settings. */
export const PAGES: { title: string; pages: Page[] }[] = [
	{
		title: 'Server',
		pages: [
			{ href: '#/settings', title: 'Application', icon: SlidersHorizontal },
			{ href: '#/settings/security', title: 'Security', icon: ShieldCheck },
			{ href: '#/settings/mail', title: 'Mail', icon: Mail },
			{ href: '#/settings/storage', title: 'Files', icon: HardDrive },
			{ href: '#/settings/logs', title: 'Logs', icon: ScrollText }
		]
	},
	{
		title: 'Care',
		pages: [
			{ href: '#/settings/backups', title: 'Backups', icon: ArchiveRestore },
			{ href: '#/settings/crons', title: 'Scheduled jobs', icon: Clock }
		]
	},
	{
		title: 'Collections',
		pages: [
			{ href: '#/settings/export', title: 'Export', icon: Download },
			{ href: '#/settings/import', title: 'Import', icon: Upload }
		]
	},
	{ title: 'People', pages: [{ href: '#/collections/_superusers', title: 'Superusers', icon: ShieldUser }] }
];
