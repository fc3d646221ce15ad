/** Attributes that say nothing a reader would miss. */
const TRIVIAL = new Set(['target', 'rel', 'colspan', 'rowspan', 'colwidth', 'start', 'type', 'title', 'alt']);
/** Elements the editor writes in another way that reads the same. */
const SAME_AS: Record<string, string> = { b: 'strong', i: 'em', del: 's', strike: 's' };

/** What is in one text of HTML and no longer in the other, in a few words: "<video>", "style". */
export function lostParts(before: string, after: string): string[] {
	const [had, has] = [partsOf(before), partsOf(after)];
	return [...had].filter((part) => !has.has(part)).slice(0, 4);
}

/** The kinds of elements and attributes in a text. Parsed in an inert document: nothing loads, nothing runs. */
function partsOf(html: string): Set<string> {
	const parts = new Set<string>();
	for (const element of new DOMParser().parseFromString(html, 'text/html').body.querySelectorAll('*')) {
		const name = element.localName;
		parts.add(`<${SAME_AS[name] ?? name}>`);
		for (const attribute of element.attributes) if (!TRIVIAL.has(attribute.name)) parts.add(attribute.name);
	}
	return parts;
}
