export interface SavedQuery {
	name: string;
	query: string;
}

const SAVED = 'cratebase.sql.saved';
const RECENT = 'cratebase.sql.recent';
const MOST_RECENT = 20;

/** Queries worth keeping, and the last ones; in this browser. */
class Queries {
	saved = $state.raw<SavedQuery[]>(read<SavedQuery>(SAVED));
	recent = $state.raw<string[]>(read<string>(RECENT));

	/** One of the same name is replaced. */
	save(name: string, query: string): void {
		this.saved = [...this.saved.filter((one) => one.name !== name), { name, query }].sort((a, b) => a.name.localeCompare(b.name));
		localStorage.setItem(SAVED, JSON.stringify(this.saved));
	}

	remove(name: string): void {
		this.saved = this.saved.filter((one) => one.name !== name);
		localStorage.setItem(SAVED, JSON.stringify(this.saved));
	}

	ran(query: string): void {
		this.recent = [query, ...this.recent.filter((one) => one !== query)].slice(0, MOST_RECENT);
		localStorage.setItem(RECENT, JSON.stringify(this.recent));
	}
}

function read<T>(key: string): T[] {
	try {
		return JSON.parse(localStorage.getItem(key) ?? '[]') as T[];
	} catch {
		return [];
	}
}

export const queries = new Queries();
