/** Elements the editor writes in another way that reads the same. */
const SAME_AS: Record<string, string> = { b: 'strong', i: 'em', del: 's', strike: 's' };
/** What stands around words may be joined or split; of the others, as many as before have to be there. */
const AROUND_WORDS = new Set(['strong', 'em', 's', 'u', 'code', 'a', 'span', 'br']);
/** They say nothing by themselves. */
const SILENT = new Set(['span', 'tbody']);
const MOST = 4;

/** What is in one text of HTML and no longer in the other, in a few words: `<video>`, `class="intro"`, `margin: 0`. */
export function lostParts(before: string, after: string): string[] {
	const [had, has] = [partsOf(before), partsOf(after)];
	const lost = [...had].filter(([part, { many, counts }]) => {
		const left = has.get(part)?.many ?? 0;
		return counts ? left < many : left === 0;
	});
	return lost.map(([part]) => part).slice(0, MOST);
}

type Parts = Map<string, { many: number; counts: boolean }>;

/** Elements, attributes, styles and comments of a text. Parsed in an inert document: nothing loads, nothing runs. */
function partsOf(html: string): Parts {
	const parts: Parts = new Map();
	const add = (part: string, counts: boolean) => parts.set(part, { many: (parts.get(part)?.many ?? 0) + 1, counts });
	const { head, body } = new DOMParser().parseFromString(html, 'text/html');
	for (const element of [...head.querySelectorAll<HTMLElement>('*'), ...body.querySelectorAll<HTMLElement>('*')]) {
		const name = SAME_AS[element.localName] ?? element.localName;
		const counts = !AROUND_WORDS.has(name);
		if (!SILENT.has(name)) add(`<${name}>`, counts);
		for (const { name: attribute, value } of element.attributes) {
			if (attribute === 'style') for (const one of stylesOf(element, value)) add(one, counts);
			else add(`${attribute}="${value}"`, counts);
		}
	}
	const comments = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_COMMENT);
	while (comments.nextNode()) add('<!-- -->', true);
	return parts;
}

/** As the browser reads them, so that `red` and `RED` are one; as they are written where it does not know them. */
function stylesOf(element: HTMLElement, text: string): string[] {
	return text
		.split(';')
		.map((one) => one.split(':').map((part) => part.trim()) as [string, string?])
		.filter(([name, value]) => name && value)
		.map(([name, value]) => `${name.toLowerCase()}: ${element.style.getPropertyValue(name) || value}`);
}
