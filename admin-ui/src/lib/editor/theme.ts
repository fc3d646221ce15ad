import { HighlightStyle } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** The editor in the colours of the page: custom properties follow the theme by themselves. */
export const theme = EditorView.theme({
	'&': { color: 'var(--ink)', fontSize: 'var(--text-s)', backgroundColor: 'transparent' },
	'&.cm-focused': { outline: 'none' },
	'.cm-scroller': {
		fontFamily: 'var(--mono)',
		fontFeatureSettings: 'normal',
		fontVariantLigatures: 'none',
		lineHeight: '1.6',
		overflow: 'auto',
		maxHeight: '24rem'
	},
	'.cm-content': { padding: '0.4375rem 0', caretColor: 'var(--ink)', minHeight: 'inherit' },
	'.cm-line': { padding: '0 0.5625rem' },
	'.cm-cursor': { borderLeftColor: 'var(--ink)' },
	'.cm-placeholder': { color: 'var(--ink-faint)' },
	'&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
		backgroundColor: 'var(--selected)'
	},
	'&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--accent-soft)', outline: '1px solid var(--line-strong)' },
	'&.cm-focused .cm-nonmatchingBracket': { backgroundColor: 'var(--danger-soft)' },
	'.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--danger) 1px', textUnderlineOffset: '3px' },
	'.cm-tooltip': {
		border: '0',
		borderRadius: 'var(--radius-m)',
		backgroundColor: 'var(--raised)',
		color: 'var(--ink)',
		boxShadow: 'var(--shadow-m)',
		overflow: 'hidden'
	},
	'.cm-tooltip-lint .cm-diagnostic': { padding: '0.375rem 0.625rem', borderLeft: '3px solid var(--danger)', fontFamily: 'var(--font)' },
	'.cm-tooltip.cm-tooltip-autocomplete > ul': {
		fontFamily: 'var(--mono)',
		fontSize: 'var(--text-s)',
		maxHeight: '16rem',
		minWidth: '14rem',
		padding: '0.25rem'
	},
	'.cm-tooltip.cm-tooltip-autocomplete > ul > li': {
		display: 'flex',
		alignItems: 'baseline',
		gap: '0.75rem',
		padding: '0.1875rem 0.5rem',
		borderRadius: 'var(--radius-s)',
		lineHeight: '1.5'
	},
	'.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--selected)', color: 'var(--ink)' },
	'.cm-completionMatchedText': { textDecoration: 'none', color: 'var(--accent-text)', fontWeight: 'var(--weight-strong)' },
	'.cm-completionDetail': { marginLeft: 'auto', color: 'var(--ink-faint)', fontStyle: 'normal', fontFamily: 'var(--font)' }
});

export const colours = HighlightStyle.define([
	{ tag: [tags.string], color: 'var(--code-text)' },
	{ tag: [tags.propertyName], color: 'var(--code-key)' },
	{ tag: [tags.number], color: 'var(--code-number)' },
	{ tag: [tags.keyword, tags.bool, tags.null], color: 'var(--code-word)' },
	{ tag: [tags.comment], color: 'var(--ink-faint)', fontStyle: 'italic' },
	{
		tag: [tags.special(tags.variableName), tags.function(tags.variableName), tags.typeName, tags.standard(tags.name)],
		color: 'var(--code-key)'
	},
	{ tag: [tags.operator, tags.logicOperator, tags.compareOperator, tags.punctuation], color: 'var(--ink-soft)' }
]);
