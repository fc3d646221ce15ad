/** Puts text on the clipboard. Pages served over plain HTTP from another host have no clipboard API: they select and copy. */
export async function copy(text: string): Promise<void> {
	if (navigator.clipboard) return navigator.clipboard.writeText(text);
	const area = document.createElement('textarea');
	area.value = text;
	// Inside an open dialog everything else is inert and cannot be selected.
	const home = document.querySelector('dialog:modal') ?? document.body;
	const focused = document.activeElement;
	home.append(area);
	area.select();
	document.execCommand('copy');
	area.remove();
	if (focused instanceof HTMLElement) focused.focus();
}
