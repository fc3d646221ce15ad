const KEY = 'cratebase.palette.recent';
const MOST = 30;

/** What was done or opened lately, newest first. Records keep their names: nobody knows them by their ids. */
export interface Recent {
	id: string;
	title?: string;
	place?: string;
	href?: string;
}

/** Kept in this browser. */
class RecentCommands {
	#all = $state.raw<readonly Recent[]>(read());

	get all(): readonly Recent[] {
		return this.#all;
	}

	/** 0 for the newest; undefined for what was not done lately. */
	rank(id: string): number | undefined {
		const at = this.#all.findIndex((one) => one.id === id);
		return at < 0 ? undefined : at;
	}

	touch(one: Recent): void {
		this.#all = [one, ...this.#all.filter(({ id }) => id !== one.id)].slice(0, MOST);
		localStorage.setItem(KEY, JSON.stringify(this.#all));
	}
}

function read(): Recent[] {
	try {
		const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
		return Array.isArray(kept) ? kept.filter((one: Recent) => typeof one?.id === 'string') : [];
	} catch {
		return [];
	}
}

export const recent = new RecentCommands();
