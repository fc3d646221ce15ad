import type { Editor } from '@tiptap/core';
import AlignCenter from '@lucide/svelte/icons/text-align-center';
import AlignEnd from '@lucide/svelte/icons/text-align-end';
import AlignJustify from '@lucide/svelte/icons/text-align-justify';
import AlignStart from '@lucide/svelte/icons/text-align-start';
import Bold from '@lucide/svelte/icons/bold';
import Code from '@lucide/svelte/icons/code';
import CodeBlock from '@lucide/svelte/icons/square-code';
import Columns from '@lucide/svelte/icons/columns-2';
import Heading1 from '@lucide/svelte/icons/heading-1';
import Heading2 from '@lucide/svelte/icons/heading-2';
import Heading3 from '@lucide/svelte/icons/heading-3';
import Heading4 from '@lucide/svelte/icons/heading-4';
import Heading5 from '@lucide/svelte/icons/heading-5';
import Heading6 from '@lucide/svelte/icons/heading-6';
import Italic from '@lucide/svelte/icons/italic';
import LeftToRight from '@lucide/svelte/icons/pilcrow-right';
import List from '@lucide/svelte/icons/list';
import ListOrdered from '@lucide/svelte/icons/list-ordered';
import Merge from '@lucide/svelte/icons/table-cells-merge';
import Minus from '@lucide/svelte/icons/minus';
import Pilcrow from '@lucide/svelte/icons/pilcrow';
import Quote from '@lucide/svelte/icons/quote';
import Redo2 from '@lucide/svelte/icons/redo-2';
import RightToLeft from '@lucide/svelte/icons/pilcrow-left';
import Rows from '@lucide/svelte/icons/rows-2';
import Split from '@lucide/svelte/icons/table-cells-split';
import Strikethrough from '@lucide/svelte/icons/strikethrough';
import Table from '@lucide/svelte/icons/table';
import TableHead from '@lucide/svelte/icons/table-properties';
import Trash2 from '@lucide/svelte/icons/trash-2';
import Underline from '@lucide/svelte/icons/underline';
import Undo2 from '@lucide/svelte/icons/undo-2';
import type { IconOf } from '$lib/ui/icon';
import { DIRECTED } from './extensions';

/** Something to do with a text. */
export interface Tool {
	label: string;
	icon: IconOf;
	run: (editor: Editor) => void;
	/** It is so where the caret is. */
	on?: (editor: Editor) => boolean;
}

const chain = (editor: Editor) => editor.chain().focus();
const heading = (level: 1 | 2 | 3 | 4 | 5 | 6, icon: IconOf, label: string): Tool => ({
	label,
	icon,
	run: (e) => chain(e).setHeading({ level }).run(),
	on: (e) => e.isActive('heading', { level })
});

/** What a paragraph is. */
export const styles: Tool[] = [
	heading(1, Heading1, 'Heading 1'),
	heading(2, Heading2, 'Heading 2'),
	heading(3, Heading3, 'Heading 3'),
	heading(4, Heading4, 'Heading 4'),
	heading(5, Heading5, 'Heading 5'),
	heading(6, Heading6, 'Heading 6'),
	{ label: 'Code block', icon: CodeBlock, run: (e) => chain(e).toggleCodeBlock().run(), on: (e) => e.isActive('codeBlock') },
	{ label: 'Paragraph', icon: Pilcrow, run: (e) => chain(e).setParagraph().run(), on: (e) => e.isActive('paragraph') }
];

export const marks: Tool[] = [
	{ label: 'Bold', icon: Bold, run: (e) => chain(e).toggleBold().run(), on: (e) => e.isActive('bold') },
	{ label: 'Italic', icon: Italic, run: (e) => chain(e).toggleItalic().run(), on: (e) => e.isActive('italic') },
	{ label: 'Underline', icon: Underline, run: (e) => chain(e).toggleUnderline().run(), on: (e) => e.isActive('underline') },
	{ label: 'Strike through', icon: Strikethrough, run: (e) => chain(e).toggleStrike().run(), on: (e) => e.isActive('strike') },
	{ label: 'Code', icon: Code, run: (e) => chain(e).toggleCode().run(), on: (e) => e.isActive('code') }
];

export const blocks: Tool[] = [
	{ label: 'List', icon: List, run: (e) => chain(e).toggleBulletList().run(), on: (e) => e.isActive('bulletList') },
	{ label: 'Numbered list', icon: ListOrdered, run: (e) => chain(e).toggleOrderedList().run(), on: (e) => e.isActive('orderedList') },
	{ label: 'Quotation', icon: Quote, run: (e) => chain(e).toggleBlockquote().run(), on: (e) => e.isActive('blockquote') },
	{ label: 'Line', icon: Minus, run: (e) => chain(e).setHorizontalRule().run() }
];

export const steps: Tool[] = [
	{ label: 'Undo', icon: Undo2, run: (e) => chain(e).undo().run() },
	{ label: 'Redo', icon: Redo2, run: (e) => chain(e).redo().run() }
];

const aligned = (to: 'left' | 'center' | 'right' | 'justify', icon: IconOf, label: string): Tool => ({
	label,
	icon,
	run: (e) => chain(e).toggleTextAlign(to).run(),
	on: (e) => e.isActive({ textAlign: to })
});
/** Pressed again, the text has no direction of its own. */
const directed = (dir: 'ltr' | 'rtl', icon: IconOf, label: string): Tool => ({
	label,
	icon,
	run: (e) => {
		const to = e.isActive({ dir }) ? null : dir;
		DIRECTED.reduce((all, type) => all.updateAttributes(type, { dir: to }), chain(e)).run();
	},
	on: (e) => e.isActive({ dir })
});

export const places: Tool[] = [
	aligned('left', AlignStart, 'Align left'),
	aligned('center', AlignCenter, 'Centre'),
	aligned('right', AlignEnd, 'Align right'),
	aligned('justify', AlignJustify, 'Justify'),
	directed('ltr', LeftToRight, 'Left to right'),
	directed('rtl', RightToLeft, 'Right to left')
];

export const newTable: Tool = {
	label: 'Insert a table',
	icon: Table,
	run: (e) => chain(e).insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run()
};

/** Within a table. */
export const tableTools: Tool[] = [
	{ label: 'Row above', icon: Rows, run: (e) => chain(e).addRowBefore().run() },
	{ label: 'Row below', icon: Rows, run: (e) => chain(e).addRowAfter().run() },
	{ label: 'Column before', icon: Columns, run: (e) => chain(e).addColumnBefore().run() },
	{ label: 'Column behind', icon: Columns, run: (e) => chain(e).addColumnAfter().run() },
	{ label: 'Heading row on or off', icon: TableHead, run: (e) => chain(e).toggleHeaderRow().run() },
	{ label: 'Heading column on or off', icon: TableHead, run: (e) => chain(e).toggleHeaderColumn().run() },
	{ label: 'Join the chosen cells', icon: Merge, run: (e) => chain(e).mergeCells().run() },
	{ label: 'Split the cell', icon: Split, run: (e) => chain(e).splitCell().run() },
	{ label: 'Remove the row', icon: Trash2, run: (e) => chain(e).deleteRow().run() },
	{ label: 'Remove the column', icon: Trash2, run: (e) => chain(e).deleteColumn().run() },
	{ label: 'Remove the table', icon: Trash2, run: (e) => chain(e).deleteTable().run() }
];

/** Colours of words: dark enough for a white page. */
export const inks: { label: string; colour: string }[] = [
	{ label: 'Grey', colour: '#6b7280' },
	{ label: 'Red', colour: '#c81e1e' },
	{ label: 'Orange', colour: '#b45309' },
	{ label: 'Green', colour: '#15803d' },
	{ label: 'Teal', colour: '#0f766e' },
	{ label: 'Blue', colour: '#1d4ed8' },
	{ label: 'Violet', colour: '#7e22ce' },
	{ label: 'Pink', colour: '#be185d' }
];
/** Colours behind words. */
export const markers: { label: string; colour: string }[] = [
	{ label: 'Yellow', colour: '#fef08a' },
	{ label: 'Green', colour: '#bbf7d0' },
	{ label: 'Blue', colour: '#bfdbfe' },
	{ label: 'Violet', colour: '#e9d5ff' },
	{ label: 'Pink', colour: '#fbcfe8' },
	{ label: 'Orange', colour: '#fed7aa' },
	{ label: 'Grey', colour: '#e5e7eb' }
];
