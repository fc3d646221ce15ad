const BLOCKS = 'p, div, br, li, tr, h1, h2, h3, h4, h5, h6, blockquote, pre, section, article';

/** The words of an HTML text. Parsed in an inert document: nothing loads, nothing runs. */
export function plainText(html: string, blockEnd = ' '): string {
	if (!html.includes('<') && !html.includes('&')) return html.trim();
	const body = new DOMParser().parseFromString(html, 'text/html').body;
	for (const unwanted of body.querySelectorAll('script, style, template')) unwanted.remove();
	for (const block of body.querySelectorAll(BLOCKS)) block.append(blockEnd);
	for (const item of body.querySelectorAll('br')) item.replaceWith(blockEnd);
	const text = body.textContent ?? '';
	return blockEnd === ' '
		? text.replace(/\s+/g, ' ').trim()
		: text
				.replace(/[ \t]+/g, ' ')
				.replace(/\n\s*\n\s*/g, '\n\n')
				.trim();
}
