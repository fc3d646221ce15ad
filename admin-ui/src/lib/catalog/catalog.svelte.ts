import { listCollections, type Collection } from '$lib/api/collection';
import { ApiError } from '$lib/api/error';

const ORDER = { auth: 0, base: 1, view: 2 };

/** Every collection of the server, loaded once for the whole dashboard. */
class Catalog {
	#all = $state.raw<Collection[]>([]);
	loaded = $state(false);
	error = $state.raw<ApiError>();
	#byKey = $derived(new Map(this.#all.flatMap((one) => [[one.id, one] as const, [one.name, one] as const])));

	/** The application's own, in reading order. */
	own = $derived(this.#all.filter((one) => !one.system));
	system = $derived(this.#all.filter((one) => one.system));

	get all(): Collection[] {
		return this.#all;
	}

	/** By name or id. */
	find(key: string): Collection | undefined {
		return this.#byKey.get(key);
	}

	async load(): Promise<void> {
		try {
			const all = await listCollections();
			this.#all = all.sort((a, b) => ORDER[a.type] - ORDER[b.type] || a.name.localeCompare(b.name));
			this.error = undefined;
			this.loaded = true;
		} catch (thrown) {
			this.error = ApiError.from(thrown);
		}
	}

	/** What one superuser saw is not the next one's to see. */
	clear(): void {
		this.#all = [];
		this.loaded = false;
	}
}

export const catalog = new Catalog();
