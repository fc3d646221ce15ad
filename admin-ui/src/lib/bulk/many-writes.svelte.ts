import { failedWrite, mostInBatch, sendBatch, sendWrite, type Write } from '$lib/api/batch';
import { isAbort } from '$lib/api/client';
import { ApiError } from '$lib/api/error';

/** Writes in one request, however many the server would take: progress is to be seen, and its time for a batch is short. */
const MOST_AT_ONCE = 200;
/** Requests under way where batches are not allowed. */
const AT_ONCE = 4;
/** Reasons kept; the others are counted. */
const MOST_FAILURES = 10_000;
/** No record has it. The write that asks for it fails, and so takes a batch back that is only tried. */
const NOBODY = 'a'.repeat(15);

export interface FailedWrite {
	/** Which of the writes. */
	index: number;
	reason: string;
}

/** Many writes, one after the other: in batches where the settings allow them, singly where they do not. */
export class ManyWrites {
	total = $state(0);
	/** Sent and answered, failed ones included. */
	done = $state(0);
	failed = $state(0);
	failures = $state.raw<FailedWrite[]>([]);
	running = $state(false);
	/** Ended before all were sent. */
	cancelled = $state(false);
	/** Why it could not go on. */
	failure = $state('');
	/** Batches are not allowed. */
	single = $state(false);
	succeeded = $derived(this.done - this.failed);
	#abort: AbortController | undefined;
	#found: FailedWrite[] = [];
	#size = MOST_AT_ONCE;

	/**
	 * Sends them all. With `dry` nothing stays written: each batch ends in a write that fails. Undefined writes are left
	 * out: whoever made them knows why.
	 */
	async run(total: number, write: (index: number) => Write | { refused: string }, dry?: { collection: string }): Promise<void> {
		this.#abort = new AbortController();
		this.reset();
		this.total = total;
		this.running = true;
		try {
			const most = await mostInBatch();
			this.single = most < 2;
			if (this.single && dry) throw new ApiError(403, 'Batch requests are off in the settings: rows can only be checked by writing them.');
			this.#size = Math.min(MOST_AT_ONCE, dry ? most - 1 : most);
			if (this.single) await this.#singly(write);
			else
				await this.#inBatches(
					write,
					dry && [{ method: 'DELETE', url: `/api/collections/${encodeURIComponent(dry.collection)}/records/${NOBODY}` }]
				);
		} catch (thrown) {
			if (isAbort(thrown)) this.cancelled = true;
			else this.failure = ApiError.from(thrown).message;
		}
		this.failures = this.#found.toSorted((a, b) => a.index - b.index);
		this.running = false;
	}

	/** As if nothing had been sent. */
	reset(): void {
		Object.assign(this, { total: 0, done: 0, failed: 0, failures: [], cancelled: false, failure: '' });
		this.#found = [];
	}

	cancel(): void {
		this.#abort?.abort();
	}

	async #inBatches(write: (index: number) => Write | { refused: string }, poison: Write[] = []): Promise<void> {
		for (let at = 0; at < this.total;) {
			const some: { index: number; write: Write }[] = [];
			for (; at < this.total && some.length < this.#size; at++) {
				const one = write(at);
				if ('refused' in one) this.#refuse(at, one.refused);
				else some.push({ index: at, write: one });
			}
			await this.#batch(some, poison);
		}
	}

	/** All of these but those that fail: what stood before a failed one is sent again without it, what stood behind follows. */
	async #batch(some: { index: number; write: Write }[], poison: Write[]): Promise<void> {
		const parts = [some];
		for (let part = parts.shift(); part; part = parts.shift()) {
			if (part.length === 0) continue;
			try {
				await sendBatch([...part.map(({ write }) => write), ...poison], this.#abort?.signal);
				this.done += part.length;
			} catch (thrown) {
				if (isAbort(thrown)) throw thrown;
				const error = ApiError.from(thrown);
				const wrong = failedWrite(error);
				if (!wrong) {
					// Too slow for the time a batch is given, or too large.
					if (part.length === 1 || ![400, 413].includes(error.status)) throw error;
					this.#size = Math.max(1, Math.floor(part.length / 2));
					parts.unshift(part.slice(0, this.#size), part.slice(this.#size));
				} else if (wrong.index >= part.length) this.done += part.length;
				else {
					const { index } = part[wrong.index] ?? { index: -1 };
					this.#refuse(index, reasonOf(wrong.error));
					if (poison.length > 0) this.done += wrong.index;
					else parts.unshift(part.slice(0, wrong.index));
					parts.splice(poison.length > 0 ? 0 : 1, 0, part.slice(wrong.index + 1));
				}
			}
		}
	}

	async #singly(write: (index: number) => Write | { refused: string }): Promise<void> {
		let next = 0;
		const work = async () => {
			while (next < this.total) {
				const at = next++;
				const one = write(at);
				if ('refused' in one) {
					this.#refuse(at, one.refused);
					continue;
				}
				try {
					await sendWrite(one, this.#abort?.signal);
					this.done++;
				} catch (thrown) {
					if (isAbort(thrown)) throw thrown;
					const error = ApiError.from(thrown);
					if (error.status === 0 || error.status === 401 || error.status === 429) throw error;
					this.#refuse(at, reasonOf(error));
				}
			}
		};
		await Promise.all(Array.from({ length: AT_ONCE }, work));
	}

	#refuse(index: number, reason: string): void {
		this.done++;
		this.failed++;
		if (this.#found.length < MOST_FAILURES) this.#found.push({ index, reason });
	}
}

/** Field by field, where the server says which. */
function reasonOf(error: ApiError): string {
	const fields = Object.entries(error.paths()).map(([path, message]) => `${path}: ${message}`);
	return fields.length > 0 ? fields.join(' ') : error.message;
}
