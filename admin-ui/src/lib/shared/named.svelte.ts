import { shared } from './shared.svelte';

interface Named {
	id: string;
	name: string;
}

const NEW_ID_BYTES = 6;
const isNamed = (one: unknown): one is Named =>
	typeof one === 'object' && one !== null && 'id' in one && 'name' in one && typeof one.name === 'string';

/** Things under names that the team shares: one document of them all. */
export class NamedList<T extends Named> {
	readonly #key: string;
	readonly #isOne: (one: Named) => boolean;
	/** In the order of their names. */
	all: readonly T[];

	/** @param isOne whether a thing of the document is one: others may have written it */
	constructor(key: string, isOne: (one: Named) => boolean) {
		this.#key = key;
		this.#isOne = isOne;
		this.all = $derived(this.#read(shared.document(key)).sort((a, b) => a.name.localeCompare(b.name)));
	}

	find(id: string): T | undefined {
		return this.all.find((one) => one.id === id);
	}

	isTaken(name: string, but = ''): boolean {
		return this.all.some((one) => one.id !== but && one.name.toLowerCase() === name.trim().toLowerCase());
	}

	newId(): string {
		return [...crypto.getRandomValues(new Uint8Array(NEW_ID_BYTES))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
	}

	/** Each in the place of the one of its id, or as one more. */
	put(...some: T[]): Promise<boolean> {
		const ids = new Set(some.map(({ id }) => id));
		return shared.change(this.#key, (now) => [...this.#read(now).filter(({ id }) => !ids.has(id)), ...some]);
	}

	remove(id: string): Promise<boolean> {
		return shared.change(this.#key, (now) => this.#read(now).filter((one) => one.id !== id));
	}

	#read(document: unknown): T[] {
		return Array.isArray(document) ? (document.filter((one) => isNamed(one) && this.#isOne(one)) as T[]) : [];
	}
}
