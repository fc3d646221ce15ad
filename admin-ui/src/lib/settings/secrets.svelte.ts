import { listSecrets } from '$lib/api/settings';

/** Which of the settings' secrets are set; their values never leave the server. */
class Secrets {
	#set = $state.raw<ReadonlySet<string>>();

	/** @param path `smtp.password`; undefined while it is not known */
	has(path: string): boolean | undefined {
		return this.#set?.has(path);
	}

	async load(): Promise<void> {
		try {
			this.#set = new Set(await listSecrets());
		} catch {
			// A mark, no more: without it a secret is changed all the same.
			this.#set = undefined;
		}
	}
}

export const secrets = new Secrets();
