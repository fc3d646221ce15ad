import { NamedList } from '$lib/shared/named.svelte';

/** A statement under a name: shared by the team. */
export interface SavedQuery {
	id: string;
	name: string;
	query: string;
}

/** Where queries were kept before the team shared them. */
const ALONE = 'cratebase.sql.saved';
const RECENT = 'cratebase.sql.recent';
const MOST_RECENT = 20;

/** Queries worth keeping, the team's; and the last ones that were run, in this browser. */
class Queries extends NamedList<SavedQuery> {
	recent = $state.raw<string[]>(stored<string>(RECENT));
	/** Saved when each browser kept its own: they wait for being shared, or dropped. */
	alone = $state.raw<{ name: string; query: string }[]>(stored(ALONE));

	constructor() {
		super('queries', (one) => 'query' in one && typeof one.query === 'string');
	}

	/** A name like this one that nobody has. */
	freeName(name: string): string {
		for (let n = 1; ; n++) {
			const next = n === 1 ? name : `${name} ${n}`;
			if (!this.isTaken(next)) return next;
		}
	}

	/** Gives the team what only this browser had. What is there under its name already is left as it is. */
	async adopt(): Promise<boolean> {
		const missing = this.alone.filter(({ query }) => !this.all.some((one) => one.query === query));
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
