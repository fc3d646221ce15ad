import {
	createCollection,
	updateCollection,
	type AuthOptions,
	type Collection,
	type CollectionType,
	type Field,
	type Rule
} from '$lib/api/collection';
import { ApiError } from '$lib/api/error';
import { blankField, freeName, usualDates } from './blank';
import { indexSql, parseIndex } from './sql-index';
import type { FieldKind } from '$lib/api/collection';

export const RULES = ['listRule', 'viewRule', 'createRule', 'updateRule', 'deleteRule'] as const;
export type RuleName = (typeof RULES)[number];

const AUTH_KEYS = [
	'authRule',
	'manageRule',
	'authAlert',
	'oauth2',
	'passwordAuth',
	'mfa',
	'otp',
	'authToken',
	'passwordResetToken',
	'emailChangeToken',
	'verificationToken',
	'fileToken',
	'verificationTemplate',
	'resetPasswordTemplate',
	'confirmEmailChangeTemplate'
] as const satisfies (keyof AuthOptions)[];

let keys = 0;

/** A field that is being edited. New ones have no id yet, so a key of our own tells them apart. */
export class FieldRow {
	readonly key = keys++;
	field = $state() as Field;
	/** Taken away with the next save. */
	gone = $state(false);
	/** Its options are in sight. */
	open = $state(false);
	/** Choices as records hold them, and the names they go by now. */
	renamed = $state.raw<Record<string, string>>({});

	constructor(field: Field) {
		this.field = field;
	}
}

export class IndexRow {
	readonly key = keys++;
	sql = $state('');
	open = $state(false);

	constructor(sql: string) {
		this.sql = sql;
	}
}

/** A collection that is being edited, and the one it was. */
export class Draft {
	/** As the server has it; undefined for one that is not there yet. */
	stored = $state.raw<Collection>();
	type = $state<CollectionType>('base');
	name = $state('');
	rows = $state<FieldRow[]>([]);
	indexes = $state<IndexRow[]>([]);
	rules = $state<Record<RuleName, Rule>>({ listRule: null, viewRule: null, createRule: null, updateRule: null, deleteRule: null });
	viewQuery = $state('');
	/** What the query of a view gave when it was last tried. */
	viewFields = $state.raw<Field[]>();
	auth = $state<AuthOptions>();
	error = $state.raw<ApiError>();
	saving = $state(false);
	#blank = $state('');

	/** Fields that stay. */
	kept = $derived(this.rows.filter((row) => !row.gone));
	body = $derived.by(() => this.#body());
	dirty = $derived(JSON.stringify(this.body) !== this.#blank);
	/** There is something to send: a copy may be made as it is. */
	savable = $derived(this.dirty || (this.stored === undefined && this.name !== ''));
	/** The collection as it would be. */
	collection = $derived.by<Collection>(() => ({
		...(this.stored ?? { id: '', system: false, created: '', updated: '' }),
		...this.rules,
		...(this.auth && $state.snapshot(this.auth)),
		name: this.name,
		type: this.type,
		fields:
			this.type === 'view' ? (this.viewFields ?? this.stored?.fields ?? []) : this.kept.map((row) => $state.snapshot(row.field) as Field),
		indexes: this.indexes.map((row) => row.sql)
	}));

	constructor(from: Collection, isNew = false) {
		this.load(from, isNew);
	}

	get system(): boolean {
		return this.stored?.system === true;
	}

	load(from: Collection, isNew = false): void {
		this.stored = isNew ? undefined : from;
		this.type = from.type;
		this.name = from.name;
		this.rows = structuredClone(from.fields).map((field) => this.#rowOf(field));
		this.indexes = from.indexes.map((sql, i) => this.#indexOf(sql, i));
		this.rules = {
			listRule: from.listRule,
			viewRule: from.viewRule,
			createRule: from.createRule,
			updateRule: from.updateRule,
			deleteRule: from.deleteRule
		};
		this.viewQuery = from.viewQuery ?? '';
		this.viewFields = undefined;
		this.auth = from.type === 'auth' ? authOf(from) : undefined;
		this.error = undefined;
		this.#blank = JSON.stringify(this.#body());
	}

	/** Of a new collection: the fields the type brings, and those that were added by hand. */
	become(scaffold: Collection): void {
		const own = this.rows.filter((row) => !row.field.system);
		this.type = scaffold.type;
		this.auth = scaffold.type === 'auth' ? authOf(scaffold) : undefined;
		this.rows = [...structuredClone(scaffold.fields).map((field) => new FieldRow(field)), ...own];
		if (scaffold.type === 'view') {
			this.rows = own;
			this.rules = { ...this.rules, createRule: null, updateRule: null, deleteRule: null };
		} else if (!own.some((row) => row.field.type === 'autodate')) {
			this.rows.push(...usualDates().map((field) => new FieldRow(field)));
		}
		this.error = undefined;
	}

	/** Adds a field: above the automatic dates at the end, because that is where one looks for it. */
	add(kind: FieldKind, wanted: string): FieldRow {
		const name = freeName(
			wanted,
			this.rows.map((row) => row.field.name)
		);
		const row = new FieldRow(blankField(kind, name));
		let at = this.rows.length;
		while (at > 0 && this.rows[at - 1]?.field.type === 'autodate') at--;
		this.rows.splice(at, 0, row);
		return row;
	}

	duplicate(row: FieldRow): FieldRow {
		const name = freeName(
			`${row.field.name}_copy`,
			this.rows.map((one) => one.field.name)
		);
		const copy = new FieldRow({ ...($state.snapshot(row.field) as Field), id: '', system: false, name });
		this.rows.splice(this.rows.indexOf(row) + 1, 0, copy);
		return copy;
	}

	/** Indexes go by the name a field has now; the server does the same to those that are saved. */
	followName(before: string, name: string): void {
		if (before === name || name === '') return;
		for (const row of this.indexes) {
			const parts = parseIndex(row.sql);
			if (!parts?.columns.some((column) => column.name === before)) continue;
			const columns = parts.columns.map((column) => (column.name === before ? { ...column, name } : column));
			row.sql = indexSql({ ...parts, columns }, this.name);
		}
	}

	/** A field that was saved stays in sight until the save; one that was not is simply gone. */
	remove(row: FieldRow): void {
		if (row.field.id) row.gone = true;
		else this.rows = this.rows.filter((one) => one !== row);
	}

	/** The field as the server has it. */
	before(row: FieldRow): Field | undefined {
		return row.field.id ? this.stored?.fields.find((field) => field.id === row.field.id) : undefined;
	}

	/** What the server says about a field, or about one of its options (`max`, `onlyDomains.0`). */
	fieldError(row: FieldRow, option?: string): string | undefined {
		const index = this.kept.indexOf(row);
		return option === undefined ? this.error?.at('fields', index) : this.error?.at('fields', index, ...option.split('.'));
	}

	/** Saves; true when the server took it. */
	async save(): Promise<Collection | undefined> {
		if (this.saving) return undefined;
		this.saving = true;
		this.error = undefined;
		try {
			const saved = this.stored ? await updateCollection(this.stored.id, this.body) : await createCollection(this.body);
			this.load(saved);
			return saved;
		} catch (thrown) {
			this.error = ApiError.from(thrown);
			return undefined;
		} finally {
			this.saving = false;
		}
	}

	/** A row that is there already stays: what is open stays open, and the focus where it is. */
	#rowOf(field: Field): FieldRow {
		const named = this.rows.filter((row) => row.field.name === field.name);
		const row = named.find((one) => !one.gone) ?? named[0] ?? new FieldRow(field);
		row.field = field;
		row.gone = false;
		row.renamed = {};
		return row;
	}

	#indexOf(sql: string, at: number): IndexRow {
		const row = this.indexes[at] ?? new IndexRow(sql);
		row.sql = sql;
		return row;
	}

	#body(): Record<string, unknown> {
		const { type, name } = this;
		if (type === 'view') {
			return { type, name, listRule: this.rules.listRule, viewRule: this.rules.viewRule, viewQuery: this.viewQuery };
		}
		const fields = this.rows
			.filter((row) => !row.gone)
			.map(({ field }) => {
				const { id, ...rest } = $state.snapshot(field) as Field;
				return id ? { id, ...rest } : rest;
			});
		return { type, name, fields, indexes: this.indexes.map((row) => row.sql), ...this.rules, ...(this.auth && $state.snapshot(this.auth)) };
	}
}

function authOf(collection: Collection): AuthOptions {
	return structuredClone(Object.fromEntries(AUTH_KEYS.map((key) => [key, collection[key]]))) as unknown as AuthOptions;
}
