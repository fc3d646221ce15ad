/** The width of a column's cells without any limit, in pixels: of those that are drawn. */
export function contentWidth(table: HTMLElement, field: string): number {
	const cells = table.querySelectorAll<HTMLElement>(`td[data-field="${CSS.escape(field)}"], th[data-field="${CSS.escape(field)}"]`);
	return Math.max(0, ...[...cells].map(widthOf));
}

/** Measured on a copy beside the content: cells cut what does not fit. */
function widthOf(cell: HTMLElement): number {
	const room = document.createElement('span');
	room.inert = true;
	room.style.cssText = 'position:absolute;visibility:hidden;inline-size:max-content;white-space:nowrap';
	for (const child of cell.childNodes) room.append(child.cloneNode(true));
	for (const one of room.querySelectorAll<HTMLElement>('*')) one.style.maxInlineSize = 'none';
	cell.append(room);
	const style = getComputedStyle(cell);
	const width = room.getBoundingClientRect().width + parseFloat(style.paddingInlineStart) + parseFloat(style.paddingInlineEnd);
	room.remove();
	return Math.ceil(width) + 2;
}
