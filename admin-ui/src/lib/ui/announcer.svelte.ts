import { untrack } from 'svelte';

/** What a screen reader is told next; read by Announcer.svelte. */
export const announcement = $state({ text: '' });

export function announce(text: string): void {
	// The same words twice would not be read twice. Untracked: an effect that announces does not listen.
	announcement.text = untrack(() => announcement.text) === text ? text + '\u00a0' : text;
}
