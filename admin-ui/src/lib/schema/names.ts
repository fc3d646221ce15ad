/** As the name of a field or a collection: everything else than letters, digits and `_` is `_`. */
export const nameOf = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').replace(/\W/g, '_');

/** What was typed as such a name. Nothing is touched while an input method still composes. */
export function typedName(event: Event & { currentTarget: HTMLInputElement }): string {
	const input = event.currentTarget;
	if (event instanceof InputEvent && event.isComposing) return input.value;
	const clean = nameOf(input.value);
	if (clean !== input.value) {
		const at = (input.selectionStart ?? clean.length) + clean.length - input.value.length;
		input.value = clean;
		input.setSelectionRange(at, at);
	}
	return clean;
}
