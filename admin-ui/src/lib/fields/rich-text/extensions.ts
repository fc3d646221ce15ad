import { Extension } from '@tiptap/core';
import Image from '@tiptap/extension-image';
import { TableKit } from '@tiptap/extension-table';
import TextAlign from '@tiptap/extension-text-align';
import { TextStyleKit } from '@tiptap/extension-text-style';
import { CharacterCount } from '@tiptap/extensions';
import StarterKit from '@tiptap/starter-kit';

/** Where the direction of a text can be said. */
export const DIRECTED = ['paragraph', 'heading'];

/** TipTap's own one writes a direction into every block; here only where somebody chose one. */
const Direction = Extension.create({
	name: 'direction',
	addGlobalAttributes: () => [
		{
			types: [...DIRECTED, 'bulletList', 'orderedList', 'listItem', 'blockquote', 'table', 'tableCell', 'tableHeader'],
			attributes: { dir: { default: null } }
		}
	]
});

/** What a text can hold. Whatever else is stored is told before it would be dropped: see lost-parts.ts. */
export const extensions = [
	// Links keep what they say of themselves, and nothing is put into them.
	StarterKit.configure({ link: { openOnClick: false, HTMLAttributes: { target: null, rel: null } }, trailingNode: false }),
	Image.configure({ allowBase64: true, inline: true }),
	TableKit,
	TextAlign.configure({ types: DIRECTED }),
	TextStyleKit,
	CharacterCount.configure({ wordCounter: (text) => text.split(/\s+/).filter(Boolean).length }),
	Direction
];
