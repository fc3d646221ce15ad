import type { Collection } from '$lib/api/collection';

/** The names of the fields that hold files, for what has to leave them out: "photos, manual"; `''` for none. */
export const fileFields = (collection: Collection): string =>
	collection.fields
		.filter(({ type }) => type === 'file')
		.map(({ name }) => name)
		.join(', ');
