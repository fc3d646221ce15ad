import Archive from '@lucide/svelte/icons/archive';
import BookText from '@lucide/svelte/icons/book-text';
import Keyboard from '@lucide/svelte/icons/keyboard';
import LogOut from '@lucide/svelte/icons/log-out';
import Monitor from '@lucide/svelte/icons/monitor';
import Moon from '@lucide/svelte/icons/moon';
import Plus from '@lucide/svelte/icons/plus';
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal';
import Sun from '@lucide/svelte/icons/sun';
import Wrench from '@lucide/svelte/icons/wrench';
import { createBackup } from '$lib/api/backup';
import type { Collection } from '$lib/api/collection';
import { ApiError } from '$lib/api/error';
import { catalog } from '$lib/catalog/catalog.svelte';
import { TYPE_ICONS } from '$lib/catalog/type-icons';
import { apiHref, schemaHref, schemaTabs, TAB_TITLES } from '$lib/route/schema-state';
import { tableHref } from '$lib/route/table-state';
import { session } from '$lib/session/session.svelte';
import { FINDABLE, findHref } from '$lib/settings/find';
import { guard } from '$lib/settings/guard.svelte';
import { PAGES } from '$lib/settings/pages';
import { SCREENS } from '$lib/shell/screens';
import { theme, type Theme } from '$lib/theme/theme.svelte';
import { toasts } from '$lib/ui/toasts.svelte';
import type { Command } from './commands.svelte';

/** What can be done from every screen. `help` opens the list of keys. */
export function everywhere(help: () => void): Command[] {
	const all = [...screens(), ...[...catalog.own, ...catalog.system].flatMap(ofCollection), ...settings(), ...deeds(help)];
	return all.filter(({ href }) => !guard.hides(href));
}

const screens = (): Command[] =>
	SCREENS.map(({ href, title, icon, key }) => ({ id: `screen:${href}`, title, place: 'Screen', icon, keys: ['g', key], href }));

/** The pages of the settings, and every setting on them. */
function settings(): Command[] {
	const pages = PAGES.flatMap(({ pages }) => pages);
	const titles = new Map(pages.map(({ href, title }) => [href, title]));
	return [
		...pages.map(({ href, title, icon }) => ({ id: `settings:${href}`, title, place: 'Settings', icon, href, sought: true })),
		...FINDABLE.map((one) => ({
			id: `setting:${one.href}:${one.section}:${one.label}`,
			title: one.label,
			place: `${titles.get(one.href) ?? ''} · ${one.section}`,
			icon: SlidersHorizontal,
			href: findHref(one),
			sought: true
		}))
	];
}

function ofCollection({ id, name, type, system }: Collection): Command[] {
	const place = 'Collection';
	return [
		{ id: `collection:${id}`, title: name, place, icon: TYPE_ICONS[type], href: tableHref(name), sought: system },
		...(type === 'view'
			? []
			: [
					{
						id: `new:${id}`,
						title: `New record in ${name}`,
						place,
						icon: Plus,
						href: tableHref(name, { create: 'new' }),
						sought: true
					}
				]),
		...schemaTabs(type).map((tab) => ({
			id: `${tab}:${id}`,
			title: `${name}: ${TAB_TITLES[tab]}`,
			place,
			icon: Wrench,
			href: schemaHref(name, tab),
			sought: true
		})),
		{ id: `api:${id}`, title: `${name}: API`, place, icon: BookText, href: apiHref(name), sought: true }
	];
}

function deeds(help: () => void): Command[] {
	const themes: [Theme, string, Command['icon']][] = [
		['light', 'Light theme', Sun],
		['dark', 'Dark theme', Moon],
		['system', 'Theme of the system', Monitor]
	];
	const place = 'Action';
	return [
		{ id: 'new-collection', title: 'New collection', place, icon: Plus, href: '#/new-collection' },
		{ id: 'backup', title: 'Make a backup now', place, icon: Archive, run: backup },
		...themes
			.filter(([value]) => value !== theme.chosen)
			.map(([value, title, icon]) => ({ id: `theme:${value}`, title, place, icon, run: () => (theme.chosen = value) })),
		{ id: 'keys', title: 'Keyboard shortcuts', place, icon: Keyboard, keys: ['?'], run: help },
		{ id: 'sign-out', title: 'Sign out', place, icon: LogOut, run: () => session.end() }
	];
}

async function backup(): Promise<void> {
	toasts.show('A backup is being made.');
	try {
		await createBackup('');
		toasts.show('The backup is complete.');
	} catch (thrown) {
		const error = ApiError.from(thrown);
		toasts.show(`The backup could not be made. ${[error.message, ...Object.values(error.fields())].join(' ')}`, { tone: 'danger' });
	}
}
