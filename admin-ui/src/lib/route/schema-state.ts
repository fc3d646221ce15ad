import type { CollectionType } from '$lib/api/collection';

/** The parts of the schema screen. */
export type SchemaTab = 'fields' | 'query' | 'rules' | 'indexes' | 'signin' | 'mails';

const TABS: Record<CollectionType, SchemaTab[]> = {
	base: ['fields', 'rules', 'indexes'],
	auth: ['fields', 'rules', 'indexes', 'signin', 'mails'],
	view: ['query', 'rules']
};

export const TAB_TITLES: Record<SchemaTab, string> = {
	fields: 'Fields',
	query: 'Query',
	rules: 'Rules',
	indexes: 'Indexes',
	signin: 'Sign-in',
	mails: 'Mails'
};

export const schemaTabs = (type: CollectionType): SchemaTab[] => TABS[type];

/** The tab an address asks for, if the type has it; otherwise its first. */
export function parseSchemaTab(query: URLSearchParams, type: CollectionType): SchemaTab {
	const tabs = schemaTabs(type);
	const asked = query.get('tab');
	return tabs.find((tab) => tab === asked) ?? (tabs[0] as SchemaTab);
}

/** The address of a tab; without a name that of a new collection. */
export const schemaHref = (collection: string | undefined, tab: SchemaTab) =>
	collection === undefined ? `#/new-collection?tab=${tab}` : `#/collections/${encodeURIComponent(collection)}/schema?tab=${tab}`;

/** The address of a field. */
export const fieldHref = (collection: string, field: string) => `${schemaHref(collection, 'fields')}&field=${encodeURIComponent(field)}`;

/** The address of a relation field about to be made. */
export const relationHref = (collection: string, target: string) =>
	`${schemaHref(collection, 'fields')}&relation=${encodeURIComponent(target)}`;

export const changesHref = (collection: string) => `#/collections/${encodeURIComponent(collection)}/changes`;

export const apiHref = (collection: string, topic = '') =>
	`#/collections/${encodeURIComponent(collection)}/api${topic && `?topic=${encodeURIComponent(topic)}`}`;

/** One kind of rule of all collections. */
export const rulesHref = (kind = '') => `#/collections?view=rules${kind && `&rule=${encodeURIComponent(kind)}`}`;
