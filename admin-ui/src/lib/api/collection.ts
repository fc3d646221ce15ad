import { client } from './client';
import type { List } from './list';

interface Common {
	id: string;
	name: string;
	system: boolean;
	hidden: boolean;
	presentable: boolean;
	required?: boolean;
	help?: string;
}

/** The options of each field kind, as the server prints them. */
interface Options {
	text: { min: number; max: number; pattern: string; autogeneratePattern: string; primaryKey: boolean };
	number: { min: number | null; max: number | null; onlyInt: boolean };
	bool: object;
	email: { onlyDomains: string[]; exceptDomains: string[] };
	url: { onlyDomains: string[]; exceptDomains: string[] };
	editor: { maxSize: number; convertURLs: boolean };
	date: { min: string; max: string };
	autodate: { onCreate: boolean; onUpdate: boolean };
	select: { values: string[]; maxSelect: number };
	file: { maxSelect: number; maxSize: number; mimeTypes: string[]; thumbs: string[]; protected: boolean };
	relation: { collectionId: string; cascadeDelete: boolean; minSelect: number; maxSelect: number };
	json: { maxSize: number };
	password: { min: number; max: number; pattern: string; cost: number };
	geoPoint: object;
}

export type FieldKind = keyof Options;

/** A field of one kind: `FieldOf<'select'>` has `values`. */
export type FieldOf<K extends FieldKind> = Common & { type: K } & Options[K];

export type Field = { [K in FieldKind]: FieldOf<K> }[FieldKind];

export type CollectionType = 'base' | 'auth' | 'view';

/** `null` superusers only, `''` everybody, otherwise an expression. */
export type Rule = string | null;

export interface Template {
	subject: string;
	body: string;
}

export interface Provider {
	name: string;
	clientId: string;
	/** Never printed; sent only when it is to change. */
	clientSecret?: string;
	authURL: string;
	tokenURL: string;
	userInfoURL: string;
	displayName: string;
	pkce: boolean | null;
	extra: Record<string, unknown>;
}

/** Seconds, and a secret that is never printed: sending another one ends every token of the kind. */
export interface TokenOptions {
	duration: number;
	secret?: string;
}

/** What only auth collections have. */
export interface AuthOptions {
	/** `null` nobody may sign in, `''` no further condition. */
	authRule: Rule;
	/** `null` nobody manages; never `''`. */
	manageRule: Rule;
	authAlert: { enabled: boolean; emailTemplate: Template };
	oauth2: { enabled: boolean; mappedFields: { id: string; name: string; username: string; avatarURL: string }; providers: Provider[] };
	passwordAuth: { enabled: boolean; identityFields: string[] };
	mfa: { enabled: boolean; duration: number; rule: string };
	otp: { enabled: boolean; duration: number; length: number; emailTemplate: Template };
	authToken: TokenOptions;
	passwordResetToken: TokenOptions;
	emailChangeToken: TokenOptions;
	verificationToken: TokenOptions;
	fileToken: TokenOptions;
	verificationTemplate: Template;
	resetPasswordTemplate: Template;
	confirmEmailChangeTemplate: Template;
}

export interface Collection extends Partial<AuthOptions> {
	id: string;
	name: string;
	type: CollectionType;
	system: boolean;
	fields: Field[];
	indexes: string[];
	listRule: Rule;
	viewRule: Rule;
	createRule: Rule;
	updateRule: Rule;
	deleteRule: Rule;
	/** Of views. */
	viewQuery?: string;
	created: string;
	updated: string;
}

const PER_PAGE = 500;

/** All collections; the server prints at most 1000 on a page. */
export async function listCollections(signal?: AbortSignal): Promise<Collection[]> {
	const all: Collection[] = [];
	for (let page = 1; ; page++) {
		const { items }: List<Collection> = await client.get('/api/collections', {
			query: { page, perPage: PER_PAGE, sort: 'name', skipTotal: true },
			signal
		});
		all.push(...items);
		if (items.length < PER_PAGE) return all;
	}
}

export const viewCollection = (key: string): Promise<Collection> =>
	client.get('/api/collections/{collection}', { path: { collection: key } });

export const createCollection = (body: object): Promise<Collection> => client.post('/api/collections', { body });

/** Merged deeply into what is there; lists are replaced. */
export const updateCollection = (key: string, body: object): Promise<Collection> =>
	client.patch('/api/collections/{collection}', { path: { collection: key }, body });

export const deleteCollection = (key: string) => client.delete('/api/collections/{collection}', { path: { collection: key } });

/** Deletes all its records. */
export const truncateCollection = (key: string) => client.delete('/api/collections/{collection}/truncate', { path: { collection: key } });

/** A blank collection of each type. */
export const scaffolds = (signal?: AbortSignal): Promise<Record<CollectionType, Collection>> =>
	client.get('/api/collections/meta/scaffolds', { signal });

/** A sign-in provider the server knows; `logo` is an SVG. */
export interface KnownProvider {
	name: string;
	displayName: string;
	logo: string;
}

export const knownProviders = (signal?: AbortSignal): Promise<KnownProvider[]> =>
	client.get('/api/collections/meta/oauth2-providers', { signal });

/** What a view of this query would be: its fields and some of its rows. */
export const tryView = (query: string, signal?: AbortSignal): Promise<{ fields: Field[]; sample: Record<string, unknown>[] }> =>
	client.post('/api/collections/meta/dry-run-view', { body: { query }, signal });
