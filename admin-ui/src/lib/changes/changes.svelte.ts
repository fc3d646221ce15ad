import { listChanges, type RecordChange } from '$lib/api/changes';
import { isAbort } from '$lib/api/client';
import type { Collection } from '$lib/api/collection';
import { ApiError } from '$lib/api/error';
import { KnownRows } from '$lib/records/known-rows.svelte';

const AT_ONCE = 30;

/** What became of a collection's records, or of one of them; the newest first, more when asked for. */
export class Changes {
	items = $state.raw<RecordChange[]>([]);
	/** There are older ones. */
	more = $state(false);
	/** Something was read. */
	ready = $state(false);
	loading = $state(false);
	error = $state.raw<ApiError>();
	/** The accounts whose doing it was, by the name of their collection. */
	readonly authors: Record<string, KnownRows> = {};
	/** The records that are still there. */
	readonly records = new KnownRows();
	readonly #collection: Collection;
	readonly #record: string;
	#abort = new AbortController();

	constructor(collection: Collection, record: string) {
		this.#collection = collection;
		this.#record = record;
	}

	async reload(): Promise<void> {
		this.items = [];
		this.ready = false;
		await this.older();
	}

	async older(): Promise<void> {
		this.stop();
		this.#abort = new AbortController();
		this.loading = true;
		this.error = undefined;
		const asked = { record: this.#record, before: this.items.at(-1)?.seq, perPage: AT_ONCE };
		try {
			const { items, more } = await listChanges(this.#collection.name, asked, this.#abort.signal);
			this.#meet(items);
			this.items = [...this.items, ...items];
			this.more = more;
			this.ready = true;
			this.loading = false;
		} catch (thrown) {
			if (isAbort(thrown)) return;
			this.error = ApiError.from(thrown);
			this.loading = false;
		}
	}

	stop(): void {
		this.#abort.abort();
	}

	#meet(items: RecordChange[]): void {
		for (const name of new Set(items.flatMap(({ author }) => author?.collectionName || []))) {
			const ids = items.filter(({ author }) => author?.collectionName === name).map(({ author }) => author?.id ?? '');
			void (this.authors[name] ??= new KnownRows()).load(name, [...new Set(ids)]);
		}
		if (this.#record === '') void this.records.load(this.#collection.name, [...new Set(items.map(({ record }) => record))]);
	}
}
