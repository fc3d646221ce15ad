import Bookmark from '@lucide/svelte/icons/bookmark';
import CopyIcon from '@lucide/svelte/icons/copy';
import Download from '@lucide/svelte/icons/download';
import ListFilter from '@lucide/svelte/icons/list-filter';
import PencilLine from '@lucide/svelte/icons/pencil-line';
import Plus from '@lucide/svelte/icons/plus';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import Upload from '@lucide/svelte/icons/upload';
import X from '@lucide/svelte/icons/x';
import type { Collection } from '$lib/api/collection';
import type { Row } from '$lib/api/record';
import type { Command } from '$lib/commands/commands.svelte';
import { importHref, tableHref } from '$lib/route/table-state';
import { copy } from '$lib/ui/copy';
import { toasts } from '$lib/ui/toasts.svelte';
import type { View } from '$lib/views/views.svelte';
import { summaryOf } from './summary';

interface Screen {
	collection: Collection;
	views: View[];
	/** The open record, or the one the keys are on. */
	open: Row | undefined;
	viewHref: (view: View) => string;
	set: () => void;
	export: () => void;
	reload: () => void;
	build: () => void;
	/** Undefined where there is no filter. */
	clear?: () => void;
}

/** What the palette can do on the records screen. */
export function recordCommands({ collection, views, open, viewHref, clear, ...screen }: Screen): Command[] {
	const { id, name } = collection;
	const place = name;
	return [
		...(collection.type === 'view'
			? []
			: [{ id: `new:${id}`, title: `New record in ${name}`, place, icon: Plus, keys: ['n'], href: tableHref(name, { create: 'new' }) }]),
		...views.map((view) => ({ id: `view:${view.id}`, title: view.name, place: 'View', icon: Bookmark, href: viewHref(view) })),
		{ id: 'records:conditions', title: 'Filter by conditions', place, icon: ListFilter, run: screen.build },
		...(clear ? [{ id: 'records:clear', title: 'Clear the filter', place, icon: X, run: clear }] : []),
		...(open
			? [{ id: 'records:copy', title: `Copy the id of ${summaryOf(open)}`, place, icon: CopyIcon, keys: ['c'], run: () => copyId(open.id) }]
			: []),
		...(collection.type === 'view'
			? []
			: [
					{ id: 'records:set', title: 'Set a field in all of these', place, icon: PencilLine, run: screen.set },
					{ id: `import:${id}`, title: `Import into ${name}`, place, icon: Upload, href: importHref(name) }
				]),
		{ id: 'records:export', title: `Export ${name}`, place, icon: Download, run: screen.export },
		{ id: 'records:read', title: 'Read again', place, icon: RefreshCw, keys: ['r'], run: screen.reload }
	];
}

async function copyId(id: string): Promise<void> {
	await copy(id);
	toasts.show('Copied.');
}
