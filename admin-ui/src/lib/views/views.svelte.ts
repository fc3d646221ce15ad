import { shared } from '$lib/shared/shared.svelte';
import type { Density } from './density.svelte';

/** A way to look at a collection, under a name: shared by the team. */
export interface View {
	id: string;
	name: string;
	filter: string;
	sort: string;
	/** Ids of the shown fields, in their order: a rename does not lose them. */
	columns: string[];
	/** Pixels, by the ids of fields whose width was chosen. */
	widths?: Record<string, number>;
	density: Density;
}

const KEY = 'views';
const NEW_ID_BYTES = 6;

type ByCollection = Record<string, View[]>;

const isView = (one: unknown): one is View =>
	typeof one === 'object' && one !== null && 'id' in one && 'name' in one && 'columns' in one && Array.isArray(one.columns);

/** The document, as far as it is one: others may have written it. */
function readable(document: unknown): ByCollection {
	if (typeof document !== 'object' || document === null) return {};
	return Object.fromEntries(Object.entries(document).map(([id, views]) => [id, Array.isArray(views) ? views.filter(isView) : []]));
}

/** The saved views of all collections, by the ids of these. */
class Views {
	#all = $derived(readable(shared.document(KEY)));

	of(collectionId: string): View[] {
		return this.#all[collectionId] ?? [];
	}

	find(collectionId: string, id: string): View | undefined {
		return this.of(collectionId).find((one) => one.id === id);
	}

	newId(): string {
		return [...crypto.getRandomValues(new Uint8Array(NEW_ID_BYTES))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
	}

	/** In the place of the one of its id, or after all others. */
	put(collectionId: string, view: View): Promise<boolean> {
		return this.#change(collectionId, (views) =>
			views.some((one) => one.id === view.id) ? views.map((one) => (one.id === view.id ? view : one)) : [...views, view]
		);
	}

	remove(collectionId: string, id: string): Promise<boolean> {
		return this.#change(collectionId, (views) => views.filter((one) => one.id !== id));
	}

	#change(collectionId: string, change: (views: View[]) => View[]): Promise<boolean> {
		return shared.change(KEY, (now) => {
			const all = readable(now);
			return { ...all, [collectionId]: change(all[collectionId] ?? []) };
		});
	}
}

export const views = new Views();
