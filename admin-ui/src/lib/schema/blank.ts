import type { Collection, CollectionType, Field, FieldKind } from '$lib/api/collection';

const common = { id: '', system: false, hidden: false, presentable: false };
const asked = { ...common, required: false, help: '' };

/** A field of each kind as it begins: nothing limited, nothing demanded. */
const blanks: { [K in FieldKind]: () => Omit<Extract<Field, { type: K }>, 'name'> } = {
	text: () => ({ ...asked, type: 'text', min: 0, max: 0, pattern: '', autogeneratePattern: '', primaryKey: false }),
	number: () => ({ ...asked, type: 'number', min: null, max: null, onlyInt: false }),
	bool: () => ({ ...asked, type: 'bool' }),
	email: () => ({ ...asked, type: 'email', onlyDomains: [], exceptDomains: [] }),
	url: () => ({ ...asked, type: 'url', onlyDomains: [], exceptDomains: [] }),
	editor: () => ({ ...asked, type: 'editor', maxSize: 0, convertURLs: false }),
	date: () => ({ ...asked, type: 'date', min: '', max: '' }),
	autodate: () => ({ ...common, type: 'autodate', onCreate: true, onUpdate: false }),
	select: () => ({ ...asked, type: 'select', values: [], maxSelect: 1 }),
	file: () => ({ ...asked, type: 'file', maxSelect: 1, maxSize: 0, mimeTypes: [], thumbs: [], protected: false }),
	relation: () => ({ ...asked, type: 'relation', collectionId: '', cascadeDelete: false, minSelect: 0, maxSelect: 1 }),
	json: () => ({ ...asked, type: 'json', maxSize: 0 }),
	password: () => ({ ...asked, type: 'password', min: 8, max: 0, pattern: '', cost: 0, hidden: true }),
	geoPoint: () => ({ ...asked, type: 'geoPoint' })
};

export const blankField = (kind: FieldKind, name: string): Field => ({ ...blanks[kind](), name }) as Field;

/** `field`, `field2`, `field3` …: the first that is free. */
export function freeName(wanted: string, taken: Iterable<string>): string {
	const used = new Set([...taken].map((name) => name.toLowerCase()));
	let name = wanted;
	for (let n = 2; used.has(name.toLowerCase()); n++) name = wanted + n;
	return name;
}

/** The two dates nearly every collection wants; only clients add them. */
export const usualDates = (): Field[] => [
	{ ...blankField('autodate', 'created') },
	{ ...blankField('autodate', 'updated'), onUpdate: true } as Field
];

/** A new collection that begins as a copy of another: everything but ids, secrets and the names that must be unique. */
export function copyOf(collection: Collection, scaffold: Collection, name: string): Collection {
	const copy = structuredClone(collection);
	const scaffolded = new Set(scaffold.fields.map((field) => field.name));
	return {
		...copy,
		id: '',
		name,
		system: false,
		fields: copy.fields.map((field) => ({ ...field, system: field.system && scaffolded.has(field.name) })),
		indexes: copy.indexes.filter((text) => !isScaffoldIndex(text, copy)).map((text) => renamedIndex(text, collection.name, name)),
		// Client secrets are never printed, and a provider without one is refused.
		...(copy.oauth2 && { oauth2: { ...copy.oauth2, enabled: false, providers: [] } })
	};
}

/** Auth collections are given these two by the server. */
function isScaffoldIndex(text: string, { id, type }: { id: string; type: CollectionType }): boolean {
	return type === 'auth' && (text.includes(`idx_tokenKey_${id}`) || text.includes(`idx_email_${id}`));
}

/** Names of indexes are unique in the whole database. */
function renamedIndex(text: string, from: string, to: string): string {
	return text.replace(
		/(INDEX\s+(?:IF\s+NOT\s+EXISTS\s+)?[`"'[]?)(\w+)/i,
		(_, before: string, name: string) => before + (name.includes(from) ? name.replace(from, to) : `${name}_${to}`)
	);
}
