import { isAbort } from '$lib/api/client';
import { ApiError } from '$lib/api/error';

/** What a card shows: what there is, or what went wrong, and another try. */
export interface Readable<T> {
	readonly value: T | undefined;
	readonly error: ApiError | undefined;
	load: () => Promise<void>;
}

/** Something read from the server for a card: what it was last, and what went wrong since. */
export class Reading<T> implements Readable<T> {
	value = $state.raw<T>();
	error = $state.raw<ApiError>();
	#read: (signal: AbortSignal) => Promise<T>;
	#asking: AbortController | undefined;

	constructor(read: (signal: AbortSignal) => Promise<T>) {
		this.#read = read;
	}

	load = async (): Promise<void> => {
		this.#asking?.abort();
		const asking = (this.#asking = new AbortController());
		try {
			this.value = await this.#read(asking.signal);
			this.error = undefined;
		} catch (thrown) {
			if (!isAbort(thrown)) this.error = ApiError.from(thrown);
		}
	};

	stop(): void {
		this.#asking?.abort();
	}
}
