import { readDashboard, writeDashboard } from '$lib/api/dashboard';
import { ApiError } from '$lib/api/error';
import { toasts } from '$lib/ui/toasts.svelte';

/** What the team shares about its dashboard: documents by key, kept by the server. */
class Shared {
	#documents = $state.raw<Record<string, unknown>>({});
	loaded = $state(false);
	/** Why nothing can be shared at the moment. */
	error = $state.raw<ApiError>();

	document(key: string): unknown {
		return this.#documents[key];
	}

	async load(): Promise<void> {
		try {
			this.#documents = await readDashboard();
			this.error = undefined;
			this.loaded = true;
		} catch (thrown) {
			this.error = ApiError.from(thrown);
		}
	}

	/**
	 * Changes a document as it is stored by now, so that two people lose as little as possible of each other's work.
	 * Shown at once; taken back, with a word about it, when the server does not take it.
	 */
	async change(key: string, change: (now: unknown) => unknown): Promise<boolean> {
		const before = this.#documents;
		this.#documents = { ...before, [key]: change(before[key]) };
		try {
			const stored = await readDashboard();
			const next = change(stored[key]);
			await writeDashboard(key, next);
			this.#documents = { ...stored, [key]: next };
			return true;
		} catch (thrown) {
			this.#documents = before;
			toasts.show(`That could not be saved for the team. ${ApiError.from(thrown).message}`, { tone: 'danger' });
			return false;
		}
	}

	/** What one superuser saw is not the next one's to see. */
	clear(): void {
		this.#documents = {};
		this.loaded = false;
	}
}

export const shared = new Shared();
