import { isAbort } from '$lib/api/client';
import { commands, type Command } from './commands.svelte';

/** As long as somebody is typing, nothing is asked. */
const PAUSE_MS = 120;

/** What the finders of the shown screens find. */
export class Found {
	sections = $state.raw<{ title: string; commands: Command[] }[]>([]);
	searching = $state(false);

	/** Looks for `text` and gives up what was looked for before; to be called in an effect. */
	look(text: string): () => void {
		const abort = new AbortController();
		const { finders } = commands;
		if (text === '' || finders.length === 0) {
			this.sections = [];
			this.searching = false;
			return () => {};
		}
		this.searching = true;
		const timer = setTimeout(async () => {
			const found = await Promise.all(
				finders.map(async ({ title, find }) => ({
					title,
					// A filter half written is refused: nothing is found yet.
					commands: await find(text, abort.signal).catch((thrown: unknown) => {
						if (isAbort(thrown)) throw thrown;
						return [];
					})
				}))
			).catch(() => undefined);
			if (!found || abort.signal.aborted) return;
			this.sections = found.filter((one) => one.commands.length > 0);
			this.searching = false;
		}, PAUSE_MS);
		return () => {
			clearTimeout(timer);
			abort.abort();
		};
	}
}
