import MagicString from 'magic-string';
import { parse } from 'svelte/compiler';
import { parseAst } from 'vite';
import { CODE_ATTRIBUTES, CODE_CALLS, CODE_ELEMENTS, hasLetters, INLINE_ELEMENTS, isWords, READ_ATTRIBUTES } from './judge.js';

/** @typedef {any} Node A node of Svelte's tree or of a script's. */

const IMPORT = `import { words as __words, parts as __parts } from '$lib/words/words';`;

/** Type syntax that wraps an expression; all other type syntax has no texts for people. */
const TYPED = new Set(['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression', 'TSTypeAssertion', 'TSInstantiationExpression']);

/**
 * Puts every text for people behind a look-up in the chosen language's catalogue, with the English text as
 * the key. English stays in place: it needs no catalogue, and what is not translated yet reads English.
 *
 * @param {string} source
 * @param {string} file its name; decides on the syntax
 * @returns {{ code: string, map: import('magic-string').SourceMap, found: Found[] } | undefined} undefined: nothing in it
 * @typedef {{ key: string, at: number }} Found
 */
export function transform(source, file) {
	const text = new MagicString(source);
	const work = new Work(source, text);
	if (file.endsWith('.svelte')) {
		const root = parse(source, { modern: true, filename: file });
		if (root.module) work.script(root.module.content, []);
		if (root.instance) work.script(root.instance.content, []);
		work.fragment(root.fragment);
		const script = root.instance ?? root.module;
		if (work.changed) {
			if (script) text.appendLeft(/** @type {Node} */ (script).content.start, IMPORT);
			else text.prepend(`<script>${IMPORT}</script>`);
		}
	} else {
		work.script(parseAst(source, { lang: 'ts' }), []);
		if (work.changed) text.prepend(IMPORT);
	}
	if (work.found.length === 0) return undefined;
	return { code: text.toString(), map: text.generateMap({ source: file, hires: 'boundary' }), found: work.found };
}

class Work {
	/** @type {Found[]} */
	found = [];
	changed = false;
	#source;
	#text;
	#depth = 0;

	constructor(/** @type {string} */ source, /** @type {MagicString} */ text) {
		this.#source = source;
		this.#text = text;
	}

	#find(/** @type {string} */ key, /** @type {number} */ at) {
		this.found.push({ key, at });
		this.changed = true;
		return JSON.stringify(key);
	}

	/** Any node of a script. @param {Node} node @param {Node[]} above its ancestors, nearest last */
	script(node, above) {
		if (node.type.startsWith('TS') && !TYPED.has(node.type)) return;
		if (node.type === 'ImportDeclaration' || node.type === 'TaggedTemplateExpression') return;
		if (node.type === 'Literal') return this.#literal(node, above);
		if (node.type === 'TemplateLiteral') return this.#template(node, above);
		if (node.type === 'CallExpression') this.#plural(node);
		const next = [...above, node];
		for (const [name, value] of Object.entries(node)) {
			if (name === 'typeAnnotation' || name === 'typeArguments' || name === 'typeParameters' || name === 'leadingComments') continue;
			for (const child of Array.isArray(value) ? value : [value]) if (typeof child?.type === 'string') this.script(child, next);
		}
	}

	/** `counted(n, 'row', 'rows')` looks its forms up itself. @param {Node} call */
	#plural(call) {
		const [, one, many] = call.arguments;
		if (!['counted', 'formOf'].includes(call.callee.name) || one?.type !== 'Literal') return;
		this.found.push({ key: `${one.value} | ${many?.value ?? one.value + 's'}`, at: one.start });
	}

	/** @param {Node} node @param {Node[]} above */
	#literal(node, above) {
		if (typeof node.value !== 'string' || !(isSaid(above) || (isWords(node.value) && mayRead(node, above)))) return;
		const sense = isSaid(above) && above.at(-1).arguments[1]?.value;
		// The other argument of `say` is for the catalogue alone.
		if (isSaid(above) && above.at(-1).arguments[0] !== node) return;
		if (!sense) this.#text.update(node.start, node.end, `__words(${this.#find(node.value, node.start)})`);
		else
			this.#text.update(
				node.start,
				node.end,
				`__words(${JSON.stringify(node.value)}, [], ${this.#find(`${node.value} [${sense}]`, node.start)})`
			);
	}

	/** @param {Node} node @param {Node[]} above */
	#template(node, above) {
		const key = node.quasis
			.map((/** @type {Node} */ one, /** @type {number} */ i) => (i > 0 ? `{${i - 1}}` : '') + one.value.cooked)
			.join('');
		for (const inner of node.expressions) this.script(inner, [...above, node]);
		if (!isSaid(above) && !(isWords(key) && mayRead(node, above))) return;
		const { expressions } = node;
		if (expressions.length === 0) {
			this.#text.update(node.start, node.end, `__words(${this.#find(key, node.start)})`);
			return;
		}
		let from = node.start;
		let before = `__words(${this.#find(key, node.start)}, [`;
		for (const inner of expressions) {
			const { start, end } = this.#bounds(inner, from);
			this.#text.update(from, start, before);
			before = ', ';
			from = end;
		}
		this.#text.update(from, node.end, '])');
	}

	/** An expression with what the tree leaves out: parentheses, comments. @param {Node} node @param {number} from */
	#bounds(node, from) {
		const start = this.#source.indexOf('${', from) + 2;
		let end = node.end;
		while (this.#source[end] !== '}') end++;
		return { start, end };
	}

	/** @param {Node} fragment */
	fragment(fragment) {
		for (const run of runs(fragment.nodes)) this.#run(run);
	}

	/** Any node of the markup. @param {Node} node */
	#markup(node) {
		if (node.type === 'Text' || node.type === 'Comment') return;
		for (const attribute of node.attributes ?? []) this.#attribute(attribute, node);
		if (node.type === 'RegularElement' && CODE_ELEMENTS.has(node.name)) return this.#expressions(node.fragment);
		for (const [name, value] of Object.entries(node)) {
			if (name === 'attributes') continue;
			for (const child of Array.isArray(value) ? value : [value]) {
				if (child?.type === 'Fragment') this.fragment(child);
				else if (typeof child?.type === 'string') this.script(child, []);
			}
		}
	}

	/** Code: its own text stays, what it computes may have words. @param {Node} fragment */
	#expressions(fragment) {
		for (const node of fragment.nodes) if (node.type !== 'Text') this.#markup(node);
	}

	/** @param {Node} attribute @param {Node} of */
	#attribute(attribute, of) {
		if (attribute.type !== 'Attribute') {
			if (attribute.expression && attribute.type !== 'BindDirective') this.script(attribute.expression, []);
			if (attribute.type === 'AttachTag' || attribute.type === 'SpreadAttribute') return;
			return;
		}
		const { name, value } = attribute;
		if (value === true) return;
		const element = of.type === 'RegularElement' || of.type === 'SvelteElement';
		if (CODE_ATTRIBUTES.has(name) && (element || !['name', 'value'].includes(name))) return;
		if (!Array.isArray(value)) {
			// A text in braces is judged like one without.
			if (value.expression.type === 'Literal' && element && !READ_ATTRIBUTES.has(name)) return;
			return this.script(value.expression, []);
		}
		const key = keyOf(value);
		for (const part of value) if (part.type === 'ExpressionTag') this.script(part.expression, []);
		const isRead = element ? READ_ATTRIBUTES.has(name) : name === 'unit';
		if (isRead ? !hasLetters(key) : element || !isWords(key)) return;
		const quoted = /["']/.test(this.#source[value[0].start - 1] ?? '');
		const start = value[0].start - (quoted ? 1 : 0);
		const end = value.at(-1).end + (quoted ? 1 : 0);
		this.#gather(value, start, end, `{__words(${this.#find(key, start)}`, ')}');
	}

	/**
	 * Replaces a run of texts and expressions by one call.
	 *
	 * @param {Node[]} nodes @param {number} start @param {number} end @param {string} before @param {string} after
	 */
	#gather(nodes, start, end, before, after) {
		const tags = nodes.filter((node) => node.type === 'ExpressionTag' && !isSpace(node));
		if (tags.length === 0) {
			this.#text.update(start, end, before + after);
			return;
		}
		let from = start;
		let glue = before + ', [';
		for (const tag of tags) {
			this.#text.update(from, tag.start + 1, glue);
			glue = ', ';
			from = tag.end - 1;
		}
		this.#text.update(from, end, ']' + after);
	}

	/** Nodes that stand in one line: one message, when there are words between them. @param {Node[]} run */
	#run(run) {
		const nodes = trimmed(run);
		for (const node of run) if (!nodes.includes(node)) this.#markup(node);
		if (!nodes.some((node) => node.type === 'Text' && hasLetters(node.data))) {
			for (const node of nodes) this.#markup(node);
			return;
		}
		const first = nodes[0];
		const last = nodes.at(-1);
		const start = first.start + (first.type === 'Text' ? first.raw.length - first.raw.trimStart().length : 0);
		const end = last.end - (last.type === 'Text' ? last.raw.length - last.raw.trimEnd().length : 0);
		// A space that must not break is part of the text.
		const key = keyOf(nodes)
			.replace(/[ \t\r\n]+/g, ' ')
			.replace(/^ | $/g, '');
		const elements = nodes.filter((node) => !['Text', 'ExpressionTag'].includes(node.type));
		for (const node of nodes) if (node.type === 'ExpressionTag') this.script(node.expression, []);
		if (elements.length === 0) this.#gather(nodes, start, end, `{__words(${this.#find(key, start)}`, ')}');
		else this.#compound(nodes, elements, start, end, this.#find(key, start));
	}

	/**
	 * A sentence with elements in it, whose order is the translation's.
	 *
	 * @param {Node[]} nodes @param {Node[]} elements @param {number} start @param {number} end @param {string} key
	 */
	#compound(nodes, elements, start, end, key) {
		const part = `__p${this.#depth++}`;
		const tags = nodes.filter((node) => node.type === 'ExpressionTag' && !isSpace(node));
		const values = tags.map((tag) => this.#text.slice(tag.start + 1, tag.end - 1));
		const args = values.length > 0 ? `, [${values.join(', ')}]` : '';
		this.#text.appendLeft(start, `{#each __parts(${key}${args}) as ${part}}{#if ${part}.at === undefined}{${part}.text}`);
		let from = start;
		for (const [i, node] of elements.entries()) {
			if (node.start > from) this.#text.remove(from, node.start);
			this.#text.appendLeft(node.start, `{:else if ${part}.at === ${i}}`);
			for (const attribute of node.attributes ?? []) this.#attribute(attribute, node);
			if (plainText(node) === undefined) {
				if (node.fragment && !(node.type === 'RegularElement' && CODE_ELEMENTS.has(node.name))) this.fragment(node.fragment);
				else if (node.fragment) this.#expressions(node.fragment);
				else this.#markup({ ...node, attributes: [] });
			} else {
				this.#text.update(node.fragment.nodes[0].start, node.fragment.nodes.at(-1).end, `{${part}.text}`);
			}
			from = node.end;
		}
		if (end > from) this.#text.remove(from, end);
		this.#text.appendLeft(end, '{/if}{/each}');
	}
}

/** Splits siblings where a sentence cannot go on. @param {Node[]} nodes */
function runs(nodes) {
	/** @type {Node[][]} */
	const all = [[]];
	for (const node of nodes) {
		const within = ['Text', 'ExpressionTag', 'Component', 'RenderTag', 'HtmlTag'].includes(node.type);
		if (within || (node.type === 'RegularElement' && INLINE_ELEMENTS.has(node.name))) all.at(-1)?.push(node);
		else all.push([node], []);
	}
	return all.filter((run) => run.length > 0);
}

/** Without the icons, fields and spaces at either end. @param {Node[]} run */
function trimmed(run) {
	const says = (/** @type {Node} */ node) =>
		node.type === 'Text'
			? node.data.trim() !== ''
			: node.type === 'ExpressionTag'
				? !isSpace(node)
				: node.type === 'RegularElement' && saysIn(node.fragment);
	const first = run.findIndex(says);
	const last = run.findLastIndex(says);
	return first < 0 ? [] : run.slice(first, last + 1);
}

/** @param {Node} fragment */
const saysIn = (fragment) =>
	fragment.nodes.some(
		(/** @type {Node} */ node) =>
			(node.type === 'Text' && node.data.trim() !== '') ||
			node.type === 'ExpressionTag' ||
			(node.type === 'RegularElement' && saysIn(node.fragment))
	);

/** The message of some nodes: `{0}` for an expression, `<0>text</0>` or `<0/>` for an element. @param {Node[]} nodes */
function keyOf(nodes) {
	let values = 0;
	let elements = 0;
	return nodes
		.map((node) => {
			if (node.type === 'Text') return node.data;
			if (node.type === 'ExpressionTag') return isSpace(node) ? node.expression.value : `{${values++}}`;
			const inside = plainText(node);
			const n = elements++;
			return inside === undefined ? `<${n}/>` : `<${n}>${inside}</${n}>`;
		})
		.join('');
}

/** The text of an element that has nothing else, and is no code. @param {Node} node @returns {string | undefined} */
function plainText(node) {
	if (node.type !== 'RegularElement' || CODE_ELEMENTS.has(node.name)) return undefined;
	const { nodes } = node.fragment;
	const plain = nodes.length > 0 && nodes.every((/** @type {Node} */ one) => one.type === 'Text');
	const text = plain
		? nodes
				.map((/** @type {Node} */ one) => one.data)
				.join('')
				.replace(/\s+/g, ' ')
		: '';
	return hasLetters(text) ? text : undefined;
}

/** `{' '}`, which only keeps a space. @param {Node} node */
const isSpace = (node) =>
	node.type === 'ExpressionTag' && node.expression.type === 'Literal' && String(node.expression.value).trim() === '';

/** Whether the text is the argument of `say`. @param {Node[]} above */
const isSaid = (above) => above.at(-1)?.type === 'CallExpression' && above.at(-1).callee.name === 'say';

/** Whether a text stands where people could come to read it. @param {Node} node @param {Node[]} above */
function mayRead(node, above) {
	const parent = above.at(-1);
	if (!parent) return true;
	switch (parent.type) {
		case 'ImportExpression':
		case 'ExportNamedDeclaration':
		case 'ExportAllDeclaration':
			return false;
		case 'BinaryExpression':
			return parent.operator === '+';
		case 'SwitchCase':
			return parent.test !== node;
		case 'Property':
		case 'PropertyDefinition':
		case 'MethodDefinition':
			return parent.key !== node;
		case 'MemberExpression':
			// 'Rule'.length, 'abc'.includes(x); a list of texts may still be joined.
			return node.type === 'ArrayExpression' ? parent.property !== node : false;
		case 'CallExpression':
		case 'NewExpression':
			return !CODE_CALLS.has(parent.callee.property?.name ?? parent.callee.name);
		case 'ArrayExpression':
			// A list that is searched or split.
			return mayRead(parent, above.slice(0, -1));
		default:
			return true;
	}
}
