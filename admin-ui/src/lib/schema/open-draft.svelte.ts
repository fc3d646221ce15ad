import type { Draft } from './draft.svelte';

/** The collection that is being edited at the moment, for what lies outside its screen: the marks on its tabs. */
class OpenDraft {
	current = $state.raw<Draft>();
}

export const openDraft = new OpenDraft();
