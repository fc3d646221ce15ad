import { goto } from '$app/navigation';
import { onPageKeys } from '$lib/ui/keys';
import { SCREENS } from './screens';

/** How long the second letter is waited for. */
const PATIENCE_MS = 1500;

/** `g` and a screen's letter go to that screen. */
export function goKeys(): (event: KeyboardEvent) => void {
	let begun = 0;
	const begin = onPageKeys({ g: () => (begun = Date.now()) });
	const go = onPageKeys(
		Object.fromEntries(
			SCREENS.map(({ key, href }) => [
				key,
				(event: KeyboardEvent) => {
					// The letter means something else on the page itself.
					event.stopImmediatePropagation();
					void goto(href);
				}
			])
		)
	);
	return (event) => {
		if (Date.now() - begun < PATIENCE_MS) {
			begun = 0;
			go(event);
		} else begin(event);
	};
}
