import type { Collection, Field } from '$lib/api/collection';
import { catalog } from '$lib/catalog/catalog.svelte';
import { isMany } from '$lib/fields/form-value';

/** Something a request takes along. */
export interface Param {
	name: string;
	type: string;
	about: string;
	required?: boolean;
}

export const SHAPES: Param[] = [
	{ name: 'expand', type: 'string', about: 'Relations to read along: author, comments_via_post.author' },
	{ name: 'fields', type: 'string', about: 'Only these fields: id, title, expand.author.name' }
];

export const PAGES: Param[] = [
	{ name: 'page', type: 'number', about: 'Which page, from 1' },
	{ name: 'perPage', type: 'number', about: 'How many on a page: 30, and 1000 at most' },
	{ name: 'filter', type: 'string', about: 'Which records: price > 10 && name ~ "lamp"' },
	{ name: 'sort', type: 'string', about: 'In which order: -created, name; - turns it around' },
	{ name: 'skipTotal', type: 'bool', about: 'true leaves out the counting, which is quicker' },
	...SHAPES
];

const TYPES: Record<Field['type'], string> = {
	text: 'string',
	editor: 'string',
	number: 'number',
	bool: 'bool',
	email: 'string',
	url: 'string',
	date: 'string',
	autodate: 'string',
	select: 'string',
	file: 'file',
	relation: 'string',
	json: 'any',
	geoPoint: 'object',
	password: 'string'
};

/** What a value of the field has to be. */
function about(field: Field): string {
	switch (field.type) {
		case 'editor':
			return 'HTML';
		case 'date':
			return 'A moment: 2026-03-14 09:26:53.589Z';
		case 'select':
			return isMany(field)
				? `Up to ${field.maxSelect} of: ${field.values.join(', ')}`
				: field.values.length === 1
					? `Only: ${field.values.join()}`
					: `One of: ${field.values.join(', ')}`;
		case 'relation': {
			const target = catalog.find(field.collectionId)?.name ?? field.collectionId;
			return isMany(field) ? `Ids of up to ${field.maxSelect} records of ${target}` : `The id of a record of ${target}`;
		}
		case 'file':
			return isMany(field) ? `Up to ${field.maxSelect} files, as parts of a form` : 'A file, as part of a form';
		case 'json':
			return 'Any JSON';
		case 'geoPoint':
			return 'A place: { "lon": 13.405, "lat": 52.52 }';
		case 'text':
			return field.name === 'id'
				? `Made by the server when left out; ${field.max} characters`
				: field.autogeneratePattern
					? 'Made by the server when left out'
					: '';
		default:
			return '';
	}
}

/** The body of a record. */
export function fieldParams(collection: Collection, isNew: boolean): Param[] {
	const isAuth = collection.type === 'auth';
	const params = collection.fields
		.filter((field) => !field.hidden && field.type !== 'autodate' && (isNew || field.name !== 'id'))
		.filter((field) => !(isAuth && field.type === 'password'))
		.map((field) => ({
			name: field.name,
			type: TYPES[field.type] + (isMany(field) ? '[]' : ''),
			about: [about(field), field.help].filter(Boolean).join('. '),
			required: isNew && 'required' in field && field.required && !(field.type === 'text' && field.autogeneratePattern !== '')
		}));
	if (!isAuth) return params;
	return [
		...params,
		{ name: 'password', type: 'string', about: 'Ends every session when it changes', required: isNew },
		{ name: 'passwordConfirm', type: 'string', about: 'The same once more', required: isNew },
		...(isNew ? [] : [{ name: 'oldPassword', type: 'string', about: 'Needed by accounts that change their own password' }])
	];
}
