// The rule language, for the editor: colours, and completion from the schema.
import { snippetCompletion, type Completion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { StreamLanguage } from '@codemirror/language';
import { modifiersOf, namesAfter, type Name, type Schema } from '$lib/rules/names';

export const expression = StreamLanguage.define<null>({
	startState: () => null,
	token(stream) {
		if (stream.eatSpace()) return null;
		if (stream.match(/^\/\/.*/)) return 'comment';
		if (stream.match(/^'(?:\\.|[^'\\])*'?/) || stream.match(/^"(?:\\.|[^"\\])*"?/)) return 'string';
		if (stream.match(/^-?\d+(\.\d+)?/)) return 'number';
		if (stream.match(/^(true|false|null)\b/i)) return 'bool';
		if (stream.match(/^@[\w.:]*/)) return 'variableName.special';
		if (stream.match(/^\w+(?=\()/)) return 'variableName.function';
		if (stream.match(/^[\w#][\w.:]*/)) return 'variableName';
		if (stream.match(/^(&&|\|\||[?!=<>~]+)/)) return 'operator';
		stream.next();
		return null;
	},
	languageData: { commentTokens: { line: '//' }, closeBrackets: { brackets: ['(', "'", '"'] } }
});

const PATH = /[@#\w][\w.:@]*$/;
const SHOWN: Record<string, string> = {
	geoDistance: 'geoDistance(${place}.lon, ${place}.lat, ${0}, ${0})',
	strftime: "strftime('${%Y-%m-%d}', ${created})"
};

/** Completes names out of the schema; `schema` is asked each time, because it is being edited. */
export function completeNames(schema: () => Schema) {
	return (context: CompletionContext): CompletionResult | null => {
		const word = context.matchBefore(PATH);
		const typed = word?.text ?? '';
		if (!word && !context.explicit) return null;
		if (inText(context)) return null;
		const from = word?.from ?? context.pos;

		const colon = typed.lastIndexOf(':');
		if (colon > typed.lastIndexOf('.') && !typed.startsWith('@collection.')) {
			const options = modifiersOf(typed.slice(0, colon), schema()).map((name) => optionOf(name));
			return { from: from + colon + 1, options, validFor: /^\w*$/ };
		}
		const dot = typed.lastIndexOf('.');
		const options = namesAfter(typed.slice(0, dot + 1), schema()).map((name) => optionOf(name, typed.slice(0, dot + 1)));
		return { from: from + dot + 1, options, validFor: /^[@\w]*$/ };
	};
}

function optionOf(name: Name, before = ''): Completion {
	const { label, detail, kind } = name;
	const boost = { field: 3, relation: 2, request: 1 }[kind as string] ?? (label.includes('_via_') ? -2 : 0);
	const option: Completion = { label, detail, boost };
	const snippet = kind === 'function' ? SHOWN[label] : undefined;
	if (snippet) return snippetCompletion(snippet, option);
	// The commonest of all may come whole.
	return before === '' && label === '@request'
		? { ...option, apply: '@request.' }
		: name.goesOn
			? { ...option, apply: label + '.' }
			: option;
}

/** Nothing is offered inside quotes and comments. */
function inText({ state, pos }: CompletionContext): boolean {
	const line = state.doc.lineAt(pos);
	const before = line.text.slice(0, pos - line.from);
	return /^(?:[^'"/]|\/(?!\/)|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")*$/.test(before) === false;
}
