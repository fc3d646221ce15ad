import type { Collection, Field } from '$lib/api/collection';

const LATER = '2026-03-14 09:26:53.589Z';
const ID = 'k3x9a7q2m5w8r1t';

/** A value a field could have. */
function valueOf(field: Field): unknown {
	switch (field.type) {
		case 'text':
			return field.name === 'id' ? ID : field.name.padEnd(field.min, 'a').slice(0, field.max || undefined);
		case 'editor':
			return `<p>${field.name}</p>`;
		case 'number':
			return Math.min(Math.max(12, field.min ?? 12), field.max ?? 12);
		case 'bool':
			return true;
		case 'email':
			return 'kim@example.com';
		case 'url':
			return 'https://example.com';
		case 'date':
		case 'autodate':
			return LATER;
		case 'select':
			return field.maxSelect > 1 ? field.values.slice(0, 2) : (field.values[0] ?? '');
		case 'file':
			return field.maxSelect > 1 ? ['photo_a7q2m5w8r1.png'] : 'photo_a7q2m5w8r1.png';
		case 'relation':
			return field.maxSelect > 1 ? ['r1t8w5m2q7a9x3k'] : 'r1t8w5m2q7a9x3k';
		case 'json':
			return { any: 'thing' };
		case 'geoPoint':
			return { lon: 13.405, lat: 52.52 };
		case 'password':
			return 'correct-horse-9';
	}
}

/** A record as programs get it. */
export function recordOf(collection: Collection): Record<string, unknown> {
	const shown = collection.fields.filter((field) => !field.hidden && field.type !== 'password');
	return {
		collectionId: collection.id,
		collectionName: collection.name,
		...Object.fromEntries(shown.map((field) => [field.name, valueOf(field)]))
	};
}

/** What programs send. Files travel as form data and are left out. */
export function bodyOf(collection: Collection, isNew: boolean): Record<string, unknown> {
	const sent = collection.fields.filter(
		(field) =>
			!field.hidden &&
			field.name !== 'id' &&
			field.name !== 'verified' &&
			field.type !== 'autodate' &&
			field.type !== 'file' &&
			// Of accounts it is sent twice, below.
			!(field.type === 'password' && collection.type === 'auth')
	);
	const chosen = isNew ? sent : sent.filter((field) => field.name !== 'email').slice(0, 3);
	const passwords = isNew && collection.type === 'auth' ? { password: 'correct-horse-9', passwordConfirm: 'correct-horse-9' } : {};
	return { ...Object.fromEntries(chosen.map((field) => [field.name, valueOf(field)])), ...passwords };
}

/** A filter that makes sense here. */
export function filterOf(collection: Collection): string {
	for (const field of collection.fields) {
		if (field.hidden || field.system) continue;
		if (field.type === 'bool') return `${field.name} = true`;
		if (field.type === 'number') return `${field.name} > 10`;
		if (field.type === 'select' && field.values[0]) return `${field.name} = '${field.values[0]}'`;
		if (field.type === 'text') return `${field.name} ~ 'a'`;
	}
	return "id != ''";
}

export const sortOf = (collection: Collection) => (collection.fields.some((field) => field.name === 'created') ? '-created' : 'id');

export const expandOf = (collection: Collection) =>
	collection.fields.find((field) => field.type === 'relation' && !field.hidden)?.name ?? '';
