import type { Collection } from '$lib/api/collection';
import { isAbort } from '$lib/api/client';
import { ApiError } from '$lib/api/error';
import { realtime, type Change } from '$lib/api/realtime';
import { countRecords, listRecords, type Row } from '$lib/api/record';
import type { TableQuestion } from '$lib/route/table-state';
import { expandOf } from './expand';
import { toFilter } from './filter';

/** How long a row glows after somebody changed it. */
const GLOW_MS = 2500;

/** One page of a collection's records, read anew whenever the address changes. */
export class RecordPage {
	rows = $state.raw<Row[]>([]);
	/** Records that pass the filter; undefined until counted. */
	total = $state<number>();
	error = $state.raw<ApiError>();
	loading = $state(false);
	/** False until the first page of this collection is there. */
	ready = $state(false);
	/** Ids of rows that have just been changed, by anybody. */
	glowing = $state.raw<ReadonlySet<string>>(new Set());
	/** Ids of rows that somebody deleted: they keep their place until the page is read again, so that nothing jumps. */
	gone = $state.raw<ReadonlySet<string>>(new Set());
	/** Records created since the page was read. */
	fresh = $state(0);
	#listing: AbortController | undefined;
	#counting: AbortController | undefined;
	/** What `total` was counted for. */
	#counted = '';

	/** Newest first unless said otherwise: insertion order costs no sort, whatever the size of the table. */
	async load(collection: Collection, state: TableQuestion): Promise<void> {
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
			this.fresh = 0;
			this.gone = new Set();
			void this.#count(collection, filter);
		} catch (thrown) {
			if (isAbort(thrown)) return;
			this.error = ApiError.from(thrown);
			this.rows = [];
		}
		if (this.#listing === listing) this.loading = false;
	}

	/** As `load`, counting again too. */
	async reload(collection: Collection, state: TableQuestion): Promise<void> {
		this.#counted = '';
		await this.load(collection, state);
	}

	/** Keeps the rows as they are stored by now; `onresumed` after a break, when the page has to be read again. */
	follow(collection: Collection, onresumed: () => void): () => void {
		return realtime.subscribe(collection.id, '*', expandOf(collection), (change) => {
			if (change.action === 'resumed') onresumed();
			else this.#take(change);
		});
	}

	#take({ action, record }: Exclude<Change, { action: 'resumed' }>): void {
		const here = this.rows.some((row) => row.id === record.id);
		if (action === 'create') this.fresh += here ? 0 : 1;
		else if (!here) return;
		else if (action === 'delete') this.gone = new Set([...this.gone, record.id]);
		else this.put(record);
	}

	/** A newer state of a row. */
	put(record: Row): void {
		this.rows = this.rows.map((row) => (row.id === record.id ? record : row));
		this.glowing = new Set([...this.glowing, record.id]);
		setTimeout(() => (this.glowing = new Set([...this.glowing].filter((id) => id !== record.id))), GLOW_MS);
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
