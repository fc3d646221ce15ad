import { shared } from '$lib/shared/shared.svelte';
import { toasts } from '$lib/ui/toasts.svelte';

export type Place = { x: number; y: number };

const KEY = 'diagram';
/** Steps of the dotted ground. */
export const GRID = 20;
const SOON_MS = 600;

/** Where boxes were put by hand, by the collection's id; shared by everybody who looks at the diagram. */
export class Placing {
	/** It is known where they were put, or that nobody can say. */
	loaded = $state(false);
	places = $state.raw<Record<string, Place>>({});
	any = $derived(Object.keys(this.places).length > 0);
	#timer: ReturnType<typeof setTimeout> | undefined;

	async load(): Promise<void> {
		if (!shared.loaded) await shared.load();
		const found = shared.document(KEY) as { places?: Record<string, Place> } | null | undefined;
		if (this.#timer === undefined) this.places = found?.places ?? {};
		this.loaded = true;
	}

	put(id: string, x: number, y: number): void {
		const snap = (n: number) => Math.max(0, Math.round(n / GRID) * GRID);
		this.places = { ...this.places, [id]: { x: snap(x), y: snap(y) } };
		this.#save({ places: this.places });
	}

	reset(): void {
		const before = this.places;
		this.places = {};
		this.#save(null);
		toasts.show('The boxes stand as at first.', {
			action: {
				label: 'Undo',
				run: () => {
					this.places = before;
					this.#save({ places: before });
				}
			}
		});
	}

	#save(document: object | null): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => {
			this.#timer = undefined;
			void shared.change(KEY, () => document);
		}, SOON_MS);
	}
}
