const MOST = 20;

const keyOf = (box: string) => `cratebase.filters.${box}`;

/** What was looked for in one filter box lately, newest first. Kept in this browser. */
export class RecentFilters {
	readonly #key: string;
	#all = $state.raw<readonly string[]>([]);

	/** @param box whose it is: a collection's id, or the name of a screen */
	constructor(box: string) {
		this.#key = keyOf(box);
		this.#all = read(this.#key);
	}

	get all(): readonly string[] {
		return this.#all;
	}

	add(filter: string): void {
		// Other tabs write to it too.
		if (filter !== '') this.#keep([filter, ...read(this.#key).filter((one) => one !== filter)].slice(0, MOST));
	}

	remove(filter: string): void {
		this.#keep(read(this.#key).filter((one) => one !== filter));
	}

	clear(): void {
		this.#keep([]);
	}

	#keep(all: readonly string[]): void {
		this.#all = all;
		try {
			if (all.length === 0) localStorage.removeItem(this.#key);
			else localStorage.setItem(this.#key, JSON.stringify(all));
		} catch {
			// The storage is full: the searches are known until the page is left.
		}
	}
}

function read(key: string): string[] {
	try {
		const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
		return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : [];
	} catch {
		return [];
	}
}
