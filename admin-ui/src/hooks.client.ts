import { loadWords } from '$lib/words/load';

// The hash router decodes the whole hash once when a page opens, which would tear a query apart whose
// values hold an encoded & or #. Encoded once more beforehand, it comes out as it was.
if (location.hash.includes('%')) {
	history.replaceState(history.state, '', '#' + location.hash.slice(1).replaceAll('%', '%25'));
}

/** Before any screen is loaded: their texts are looked up as they come in. */
export const init = loadWords;
