// Loaded on demand: nothing outside this folder imports CodeMirror.
import {
	acceptCompletion,
	autocompletion,
	closeBrackets,
	closeBracketsKeymap,
	completionKeymap,
	type CompletionSource
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, selectLine } from '@codemirror/commands';
import { bracketMatching, syntaxHighlighting } from '@codemirror/language';
import { setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, keymap, placeholder as placeholderOf } from '@codemirror/view';
import { colours, theme } from './theme';

export interface Setup {
	parent: HTMLElement;
	text: string;
	placeholder: string;
	attributes: Record<string, string>;
	/** The language, with its own completion if it has one. */
	language: Extension;
	completion?: CompletionSource;
	onchange: (text: string) => void;
}

/** A code editor that has been put on the page. */
export interface Mounted {
	write: (text: string) => void;
	insert: (text: string) => void;
	mark: (problems: { from: number; to: number; message: string }[]) => void;
	describe: (attributes: Record<string, string>) => void;
	/** With what is to be marked, or where the caret is to stand. */
	focus: (selection?: { anchor: number; head: number }) => void;
	destroy: () => void;
}

export function mount({ parent, text, placeholder, attributes, language, completion, onchange }: Setup): Mounted {
	const described = new Compartment();
	const view = new EditorView({
		parent,
		state: EditorState.create({
			doc: text,
			extensions: [
				history(),
				drawSelection(),
				bracketMatching(),
				closeBrackets(),
				EditorView.lineWrapping,
				placeholderOf(placeholder),
				syntaxHighlighting(colours),
				theme,
				language,
				// No delay before a choice is taken: Tab pressed too early would leave the editor.
				autocompletion({ ...(completion && { override: [completion] }), maxRenderedOptions: 40, icons: false, interactionDelay: 0 }),
				// Tab accepts what is offered, and otherwise leaves the editor like any other input.
				keymap.of([
					{ key: 'Tab', run: acceptCompletion },
					{ key: 'mod-l', run: selectLine, preventDefault: true },
					{ key: 'mod-d', run: selectWord, preventDefault: true },
					...closeBracketsKeymap,
					...completionKeymap,
					...historyKeymap,
					...defaultKeymap.filter(({ key }) => key !== 'Mod-Enter')
				]),
				described.of(EditorView.contentAttributes.of(attributes)),
				EditorView.updateListener.of((update) => {
					if (update.docChanged) onchange(update.state.doc.toString());
				})
			]
		})
	});

	return {
		write: (next) => {
			if (next !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
		},
		insert: (piece) => {
			view.dispatch(view.state.replaceSelection(piece));
			view.focus();
		},
		mark: (problems) => {
			const length = view.state.doc.length;
			const marks: Diagnostic[] = problems.map(({ from, to, message }) => ({
				from: Math.min(from, length),
				to: Math.min(to, length),
				message,
				severity: 'error'
			}));
			view.dispatch(setDiagnostics(view.state, marks));
		},
		describe: (next) => view.dispatch({ effects: described.reconfigure(EditorView.contentAttributes.of(next)) }),
		focus: (selection) => {
			if (selection) view.dispatch({ selection });
			view.focus();
		},
		destroy: () => view.destroy()
	};
}

function selectWord(view: EditorView): boolean {
	const word = view.state.wordAt(view.state.selection.main.head);
	if (word) view.dispatch({ selection: { anchor: word.from, head: word.to } });
	return true;
}
