import FileText from '@lucide/svelte/icons/file-text';
import type { Collection } from '$lib/api/collection';
import { listRecords } from '$lib/api/record';
import { toFilter } from '$lib/records/filter';
import { summaryOf } from '$lib/records/summary';
import { tableHref } from '$lib/route/table-state';
import type { Finder } from './commands.svelte';

const MOST = 8;

/** Records of the collection by id, by words in any field, or by an expression. */
export const recordFinder = (collection: Collection): Finder => ({
	title: `Records of ${collection.name}`,
	find: async (text, signal) => {
		const filter = toFilter(text, collection);
		const rows = await listRecords(collection.name, { page: 1, perPage: MOST, sort: '', filter, expand: '' }, signal);
		return rows.map((row) => ({
			id: `record:${collection.id}:${row.id}`,
			title: summaryOf(row),
			place: collection.name,
			icon: FileText,
			href: tableHref(collection.name, { record: row.id })
		}));
	}
});
