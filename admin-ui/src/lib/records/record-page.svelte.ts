import type { Collection } from '$lib/api/collection';
import { isAbort } from '$lib/api/client';
import { ApiError } from '$lib/api/error';
import { countRecords, listRecords, type Row } from '$lib/api/record';
import type { TableState } from '$lib/route/table-state';
import { expandOf } from './expand';
import { toFilter } from './filter';

/** One page of a collection's records, read anew whenever the address changes. */
export class RecordPage {
	rows = $state.raw<Row[]>([]);
	/** Records that pass the filter; undefined until counted. */
	total = $state<number>();
	error = $state.raw<ApiError>();
	loading = $state(false);
	/** False until the first page of this collection is there. */
	ready = $state(false);
	#listing: AbortController | undefined;
	#counting: AbortController | undefined;
	/** What `total` was counted for. */
	#counted = '';

	/** Newest first unless said otherwise: insertion order costs no sort, whatever the size of the table. */
	async load(collection: Collection, state: TableState): Promise<void> {
		this.#listing?.abort();
		const listing = (this.#listing = new AbortController());
		const filter = toFilter(state.filter, collection);
		this.loading = true;
		try {
			const rows = await listRecords(
				collection.name,
				{
					page: state.page,
					perPage: state.perPage,
					sort: state.sort || (collection.type === 'view' ? '' : '-@rowid'),
					filter,
					expand: expandOf(collection)
				},
				listing.signal
			);
			this.rows = rows;
			this.error = undefined;
			this.ready = true;
			void this.#count(collection, filter);
		} catch (thrown) {
			if (isAbort(thrown)) return;
			this.error = ApiError.from(thrown);
			this.rows = [];
		}
		if (this.#listing === listing) this.loading = false;
	}

	/** As `load`, counting again too. */
	async reload(collection: Collection, state: TableState): Promise<void> {
		this.#counted = '';
		await this.load(collection, state);
	}

	stop(): void {
		this.#listing?.abort();
		this.#counting?.abort();
	}

	async #count(collection: Collection, filter: string): Promise<void> {
		const key = collection.id + '\n' + filter;
		if (key === this.#counted) return;
		this.#counting?.abort();
		const counting = (this.#counting = new AbortController());
		this.total = undefined;
		this.#counted = key;
		try {
			this.total = await countRecords(collection.name, filter, counting.signal);
		} catch {
			// The list itself says what is wrong; without a total the pager goes by full pages.
			if (this.#counted === key) this.#counted = '';
		}
	}
}
