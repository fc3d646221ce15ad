import { shared } from '$lib/shared/shared.svelte';

/** A statement under a name: shared by the team. */
export interface SavedQuery {
	id: string;
	name: string;
	query: string;
}

const KEY = 'queries';
const NEW_ID_BYTES = 6;
/** Where queries were kept before the team shared them. */
const ALONE = 'cratebase.sql.saved';
const RECENT = 'cratebase.sql.recent';
const MOST_RECENT = 20;

const isQuery = (one: unknown): one is SavedQuery =>
	typeof one === 'object' && one !== null && 'id' in one && 'name' in one && 'query' in one && typeof one.query === 'string';

/** The document, as far as it is one: others may have written it. */
const readable = (document: unknown): SavedQuery[] => (Array.isArray(document) ? document.filter(isQuery) : []);
const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);

/** Queries worth keeping, the team's; and the last ones that were run, in this browser. */
class Queries {
	saved = $derived(readable(shared.document(KEY)).sort(byName));
	recent = $state.raw<string[]>(stored<string>(RECENT));
	/** Saved when each browser kept its own: they wait for being shared, or dropped. */
	alone = $state.raw<{ name: string; query: string }[]>(stored(ALONE));

	find(id: string): SavedQuery | undefined {
		return this.saved.find((one) => one.id === id);
	}

	isTaken(name: string, but = ''): boolean {
		return this.saved.some((one) => one.id !== but && one.name.toLowerCase() === name.trim().toLowerCase());
	}

	/** A name like this one that nobody has. */
	freeName(name: string): string {
		for (let n = 1; ; n++) {
			const next = n === 1 ? name : `${name} ${n}`;
			if (!this.isTaken(next)) return next;
		}
	}

	newId(): string {
		return [...crypto.getRandomValues(new Uint8Array(NEW_ID_BYTES))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
	}

	/** In the place of the one of its id, or as one more. */
	put(...some: SavedQuery[]): Promise<boolean> {
		const ids = new Set(some.map(({ id }) => id));
		return shared.change(KEY, (now) => [...readable(now).filter(({ id }) => !ids.has(id)), ...some]);
	}

	remove(id: string): Promise<boolean> {
		return shared.change(KEY, (now) => readable(now).filter((one) => one.id !== id));
	}

	/** Gives the team what only this browser had. What is there under its name already is left as it is. */
	async adopt(): Promise<boolean> {
		const missing = this.alone.filter(({ query }) => !this.saved.some((one) => one.query === query));
		const taken: SavedQuery[] = [];
		for (const { name, query } of missing) {
			let next = this.freeName(name);
			for (let n = 2; taken.some((one) => one.name === next); n++) next = this.freeName(`${name} ${n}`);
			taken.push({ id: this.newId(), name: next, query });
		}
		const done = taken.length === 0 || (await this.put(...taken));
		if (done) this.forgetAlone();
		return done;
	}

	forgetAlone(): void {
		this.alone = [];
		localStorage.removeItem(ALONE);
	}

	ran(query: string): void {
		this.recent = [query, ...this.recent.filter((one) => one !== query)].slice(0, MOST_RECENT);
		localStorage.setItem(RECENT, JSON.stringify(this.recent));
	}
}

function stored<T>(key: string): T[] {
	try {
		const found: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
		return Array.isArray(found) ? (found as T[]) : [];
	} catch {
		return [];
	}
}

export const queries = new Queries();
