import type { Collection } from '$lib/api/collection';
import { ApiError } from '$lib/api/error';
import { deleteRecord, type Row } from '$lib/api/record';
import { count, counted } from '$lib/format/number';
import { toasts } from '$lib/ui/toasts.svelte';
import { summaryOf } from './summary';

/** How many deletions are asked for at a time. */
const AT_ONCE = 4;

interface Batch {
	collection: Collection;
	ids: string[];
}

/**
 * Records on their way out. They leave the screen at once and the server a moment later: until then nothing is lost,
 * and taking it back brings everything back, files, dates and all that hangs on the record.
 */
class Deletion {
	/** Ids that are not shown any more. */
	hidden = $state.raw<ReadonlySet<string>>(new Set());
	/** Counts batches that were carried out: lists read again. */
	carriedOut = $state(0);
	#waiting = new Set<Batch>();

	constructor() {
		// Leaving the page is no way to change one's mind.
		addEventListener('pagehide', () => {
			for (const { collection, ids } of this.#waiting) {
				for (const id of ids) void deleteRecord(collection.name, id, { outlive: true }).catch(() => {});
			}
			this.#waiting.clear();
		});
	}

	/** Hides the records and deletes them soon, unless it is taken back. */
	begin(collection: Collection, rows: Row[]): void {
		const [first] = rows;
		if (!first) return;
		const batch = { collection, ids: rows.map((row) => row.id) };
		this.#waiting.add(batch);
		this.hidden = new Set([...this.hidden, ...batch.ids]);
		toasts.show(rows.length === 1 ? `${summaryOf(first)} deleted.` : `${counted(rows.length, 'record')} deleted.`, {
			action: { label: 'Undo', run: () => this.#takeBack(batch) },
			onend: () => void this.#carryOut(batch)
		});
	}

	#takeBack(batch: Batch): void {
		this.#waiting.delete(batch);
		this.#show(batch.ids);
		toasts.show(batch.ids.length === 1 ? 'The record is back.' : `${counted(batch.ids.length, 'record')} are back.`);
	}

	async #carryOut(batch: Batch): Promise<void> {
		if (!this.#waiting.delete(batch)) return;
		const queue = [...batch.ids];
		const refused: string[] = [];
		let reason = '';
		const work = async () => {
			for (let id = queue.shift(); id; id = queue.shift()) {
				try {
					await deleteRecord(batch.collection.name, id);
				} catch (thrown) {
					const error = ApiError.from(thrown);
					// Somebody was faster: gone is gone.
					if (error.status === 404) continue;
					refused.push(id);
					reason = error.message;
				}
			}
		};
		await Promise.all(Array.from({ length: AT_ONCE }, work));
		if (refused.length > 0) {
			this.#show(refused);
			const text =
				batch.ids.length === 1
					? `The record could not be deleted. ${reason}`
					: `${count(refused.length)} of ${counted(batch.ids.length, 'record')} could not be deleted. ${reason}`;
			toasts.show(text, { tone: 'danger' });
		}
		this.carriedOut++;
	}

	#show(ids: string[]): void {
		const back = new Set(ids);
		this.hidden = new Set([...this.hidden].filter((id) => !back.has(id)));
	}
}

export const deletion = new Deletion();
