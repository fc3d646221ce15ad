import type { Collection, FieldOf } from '$lib/api/collection';
import { isMany } from '../form-value';

/** What is put into a text: a picture, or a link to a file that a text cannot hold. */
export interface Media {
	kind: 'image' | 'link';
	url: string;
	/** The picture in words, or the words of the link. */
	words: string;
}

/** Fields whose files anybody can load who reads the text: a token would not last. */
export const mediaFields = (collection: Collection): FieldOf<'file'>[] =>
	collection.type === 'view' ? [] : collection.fields.filter((field) => field.type === 'file').filter((field) => !field.protected);

/** The filter that leaves records with a file. */
export const withFiles = (fields: FieldOf<'file'>[]): string =>
	fields.map((field) => (isMany(field) ? `${field.name}:length > 0` : `${field.name} != ''`)).join(' || ');
