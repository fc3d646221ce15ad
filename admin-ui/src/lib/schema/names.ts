/**
 * What was typed as the name of a field or a collection, with everything else than letters, digits and `_` made `_`.
 * Nothing is touched while an input method still composes.
 */
export function typedName(event: Event & { currentTarget: HTMLInputElement }): string {
	const input = event.currentTarget;
	if (event instanceof InputEvent && event.isComposing) return input.value;
	const clean = input.value.normalize('NFKD').replace(/\p{M}/gu, '').replace(/\W/g, '_');
	if (clean !== input.value) {
		const at = (input.selectionStart ?? clean.length) + clean.length - input.value.length;
		input.value = clean;
		input.setSelectionRange(at, at);
	}
	return clean;
}
