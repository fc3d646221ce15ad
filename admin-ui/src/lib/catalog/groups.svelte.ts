import type { Collection } from '$lib/api/collection';
import { shared } from '$lib/shared/shared.svelte';

/** Collections that belong together, under a name: shared by the team. */
export interface Group {
	id: string;
	name: string;
	/** Ids of collections; in the sidebar they are in reading order. */
	collections: string[];
}

const KEY = 'groups';
const FOLDED = 'cratebase.sidebar.folded';

const isGroup = (one: unknown): one is Group =>
	typeof one === 'object' && one !== null && 'id' in one && 'name' in one && 'collections' in one && Array.isArray(one.collections);

/** The document, as far as it is one: others may have written it. */
const readable = (document: unknown): Group[] => (Array.isArray(document) ? document.filter(isGroup) : []);

/** The groups of the sidebar. Which of them are folded is everybody's own. */
class Groups {
	all = $derived(readable(shared.document(KEY)));
	#folded = $state.raw<ReadonlySet<string>>(new Set((localStorage.getItem(FOLDED) ?? '').split(' ')));

	/** The group a collection is in. */
	of({ id }: Collection): Group | undefined {
		return this.all.find((group) => group.collections.includes(id));
	}

	isFolded(id: string): boolean {
		return this.#folded.has(id);
	}

	fold(id: string): void {
		const next = new Set(this.#folded);
		if (!next.delete(id)) next.add(id);
		this.#folded = next;
		localStorage.setItem(FOLDED, [...next].join(' ').trim());
	}

	/** With these collections in it, which leave where they were. */
	add(name: string, collections: string[]): Promise<boolean> {
		const group = { id: crypto.getRandomValues(new Uint32Array(2)).join('-'), name, collections };
		return this.#change((groups) => [...without(groups, collections), group]);
	}

	rename(id: string, name: string): Promise<boolean> {
		return this.#change((groups) => groups.map((one) => (one.id === id ? { ...one, name } : one)));
	}

	/** Into a group, before one that is in it, or last; `''` for none. */
	move(collection: string, into: string, before?: string): Promise<boolean> {
		if (before === collection) return Promise.resolve(false);
		return this.#change((groups) =>
			without(groups, [collection]).map((one) => {
				if (one.id !== into) return one;
				const at = before === undefined ? -1 : one.collections.indexOf(before);
				return { ...one, collections: one.collections.toSpliced(at < 0 ? one.collections.length : at, 0, collection) };
			})
		);
	}

	/** Before or after its neighbour. */
	shift(id: string, by: -1 | 1): Promise<boolean> {
		return this.#change((groups) => {
			const from = groups.findIndex((one) => one.id === id);
			const next = [...groups];
			const [moved] = next.splice(from, 1);
			if (moved) next.splice(Math.max(0, from + by), 0, moved);
			return next;
		});
	}

	/** Its collections stay, in no group. */
	remove(id: string): Promise<boolean> {
		return this.#change((groups) => groups.filter((one) => one.id !== id));
	}

	/** Where it was, with what was in it. */
	bringBack(group: Group, at: number): Promise<boolean> {
		return this.#change((groups) => without(groups, group.collections).toSpliced(at, 0, group));
	}

	#change(change: (groups: Group[]) => Group[]): Promise<boolean> {
		return shared.change(KEY, (now) => change(readable(now)));
	}
}

const without = (groups: Group[], collections: string[]) =>
	groups.map((one) => ({ ...one, collections: one.collections.filter((id) => !collections.includes(id)) }));

export const groups = new Groups();
