import { MediaQuery } from 'svelte/reactivity';

/** No room for a sidebar beside the page. */
export const narrow = new MediaQuery('(max-width: 899px)');
/** A phone: no room for a table either. */
export const tiny = new MediaQuery('(max-width: 599px)');
/** Fingers: no second button, nothing to hover with. */
export const touch = new MediaQuery('(pointer: coarse)');
