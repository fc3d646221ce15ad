import { untrack } from 'svelte';
import { listRecords, type Row } from '$lib/api/record';

/** The server takes 200 comparisons in a filter. */
const AT_ONCE = 100;

/** Records met by their ids, read when they are not known yet. */
export class KnownRows {
	rows = $state.raw<Record<string, Row>>({});
	/** Ids that no record has. */
	missing = $state.raw<ReadonlySet<string>>(new Set());
	#asked = new Set<string>();

	add(rows: Row[]): void {
		if (rows.length === 0) return;
		for (const row of rows) this.#asked.add(row.id);
		this.rows = { ...this.#now(), ...Object.fromEntries(rows.map((row) => [row.id, row])) };
	}

	/** Reads those of these records that are not known. Failures leave ids as they are: they are readable enough. */
	async load(collection: string, ids: string[]): Promise<void> {
		const unknown = ids.filter((id) => !this.#asked.has(id));
		for (const id of unknown) this.#asked.add(id);
		for (let i = 0; i < unknown.length; i += AT_ONCE) {
			const some = unknown.slice(i, i + AT_ONCE);
			const filter = some.map((id) => `id = ${JSON.stringify(id)}`).join(' || ');
			try {
				const found = await listRecords(collection, { page: 1, perPage: AT_ONCE, sort: '', filter, expand: '' });
				this.add(found);
				const there = new Set(found.map((row) => row.id));
				this.missing = new Set([...this.missing, ...some.filter((id) => !there.has(id))]);
			} catch {
				for (const id of some) this.#asked.delete(id);
			}
		}
	}

	/** Read without listening: callers add within effects. */
	#now(): Record<string, Row> {
		return untrack(() => this.rows);
	}
}
