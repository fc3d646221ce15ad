import { isAbort } from '$lib/api/client';
import type { Collection, Field } from '$lib/api/collection';
import { ApiError } from '$lib/api/error';
import { createRecord, updateRecord, viewRecord, type Row } from '$lib/api/record';
import { sentOfFiles } from '$lib/api/upload';
import { mistakeIn, same, toForm, type FileItem } from '$lib/fields/form-value';
import { expandOf } from '../expand';
import { bodyOf, orderOfFiles } from './body';
import { dropDraft, isKept, keepDraft, readDraft } from './draft';

/** Fields a form shows: the server writes the others by itself. */
export const isEdited = (field: Field) => field.type !== 'autodate' && field.name !== 'tokenKey';

/**
 * A record being written: what is stored, and what is changed. Only changes are sent, so that two people can work on
 * different fields of one record; where both changed the same field, the later one is asked.
 */
export class RecordForm {
	readonly collection: Collection;
	readonly fields: Field[];
	/** What is stored, as far as is known; undefined for a new record. */
	stored = $state.raw<Row>();
	/** Form values by name, of changed fields only. */
	changes = $state.raw<Record<string, unknown>>({});
	/** Messages by field. */
	errors = $state.raw<Record<string, string>>({});
	/** A message that belongs to no field. */
	failure = $state('');
	/** Form values by name that somebody else stored in fields that are changed here. */
	conflicts = $state.raw<Record<string, unknown>>({});
	saving = $state(false);
	/** How much of the chosen files is on the server, 0 to 1; undefined while none are on their way. */
	uploaded = $state<number>();
	/** The same of each of them. */
	sent = $state.raw<ReadonlyMap<File, number>>(new Map());
	#upload: AbortController | undefined;
	/** The upload was stopped to go on without one of the files. */
	#again = false;
	/** Somebody deleted the record meanwhile. */
	gone = $state(false);
	/** When the changes that were restored were made, in milliseconds; 0 when none were. */
	restoredAt = $state(0);
	/** Under which name unsaved changes are kept; `''` for not at all. */
	readonly #draft: string;

	/**
	 * @param template the record a new one is a copy of
	 * @param only the one field that is changed here: drafts are for whole records
	 */
	constructor(collection: Collection, stored: Row | undefined, { template, only }: { template?: Row; only?: Field } = {}) {
		this.collection = collection;
		this.fields = only ? [only] : collection.fields.filter(isEdited);
		this.stored = stored;
		this.#draft = only ? '' : (stored?.id ?? (template ? `copy.${template.id}` : 'new'));
		if (template) this.changes = copyOf(this.fields, template);
		this.#restore();
	}

	dirty = $derived(Object.keys(this.changes).length > 0);
	/** Chosen files and passwords: what a draft cannot hold. */
	unkept = $derived.by(() => this.fields.filter((field) => field.name in this.changes && !isKept(field)));

	value(field: Field): unknown {
		return field.name in this.changes ? this.changes[field.name] : this.#storedValue(field);
	}

	set(field: Field, value: unknown): void {
		const { [field.name]: _, ...others } = this.changes;
		this.changes = same(field, value, this.#storedValue(field)) ? others : { ...others, [field.name]: value };
		this.#forget(field.name);
		this.#keep();
	}

	/** Stored values of another time, by name. Files are gone by then, and passwords were never known. */
	take(values: Record<string, unknown>): void {
		for (const field of this.fields) {
			if (!(field.name in values) || ['file', 'password'].includes(field.type) || field.name === 'id') continue;
			this.set(field, toForm(field, values[field.name]));
		}
	}

	/** Back to what is stored. */
	revert(field: Field): void {
		this.set(field, this.#storedValue(field));
		this.#settle(field.name);
	}

	discard(): void {
		this.changes = {};
		this.errors = {};
		this.conflicts = {};
		this.failure = '';
		this.restoredAt = 0;
		if (this.#draft) dropDraft(this.collection, this.#draft);
	}

	/** The own value is to be stored over the other's. */
	keepMine(field: Field): void {
		this.#settle(field.name);
	}

	/** News of the stored record: fields that are not changed here follow it, the others are asked about. */
	follow(fresh: Row): void {
		if (!this.saving) this.#merge(fresh);
	}

	#merge(fresh: Row): void {
		if (!this.stored) return;
		const conflicts = { ...this.conflicts };
		const changes = { ...this.changes };
		for (const field of this.fields) {
			if (!(field.name in changes) || field.type === 'password') continue;
			const [before, after] = [toForm(field, this.stored[field.name]), toForm(field, fresh[field.name])];
			if (same(field, after, changes[field.name])) {
				delete changes[field.name];
				delete conflicts[field.name];
			} else if (!same(field, before, after)) conflicts[field.name] = after;
		}
		this.stored = fresh;
		this.changes = changes;
		this.conflicts = conflicts;
		this.#keep();
	}

	/** Stores the changes. Undefined when something is in the way, which the form then shows. */
	async save(): Promise<Row | undefined> {
		if (this.saving || !this.#isSound()) return undefined;
		this.failure = '';
		this.saving = true;
		try {
			if (this.stored) {
				this.#merge(await viewRecord(this.collection.name, this.stored.id, expandOf(this.collection)));
				if (Object.keys(this.conflicts).length > 0) {
					this.failure = 'Somebody else changed this record meanwhile. Choose what to keep below, then save again.';
					return undefined;
				}
			}
			const sent = this.changes;
			const saved = await this.#send();
			// What was written while the files were on their way is still to be saved.
			const later = Object.fromEntries(Object.entries(this.changes).filter(([name, value]) => sent[name] !== value));
			this.discard();
			this.stored = saved;
			this.changes = later;
			this.#keep();
			return saved;
		} catch (thrown) {
			if (this.#again) return await this.#resume();
			if (isAbort(thrown)) this.failure = 'The upload was stopped. Nothing was saved.';
			else this.#fail(ApiError.from(thrown));
			return undefined;
		} finally {
			this.saving = false;
			this.uploaded = undefined;
			this.sent = new Map();
		}
	}

	stopUpload(): void {
		this.#upload?.abort();
	}

	/** Takes a file out that is on its way, and sends the others from the start: a record is saved as a whole. */
	leaveOut(field: Field, file: File): void {
		this.set(
			field,
			(this.value(field) as FileItem[]).filter((item) => item !== file)
		);
		if (this.uploaded === undefined || this.uploaded === 1) return;
		this.#again = true;
		this.stopUpload();
	}

	#resume(): Promise<Row | undefined> {
		this.#again = false;
		this.saving = false;
		return this.save();
	}

	async #send(): Promise<Row> {
		const { collection, fields, changes } = this;
		const expand = expandOf(collection);
		const body = bodyOf(fields, changes, this.stored === undefined);
		this.#upload = new AbortController();
		const onupload = (sent: number, total: number) => {
			this.uploaded = sent / total;
			if (body instanceof FormData) this.sent = sentOfFiles(body, sent, total);
		};
		const upload = { signal: this.#upload.signal, onupload };
		const saved = this.stored
			? await updateRecord(collection.name, this.stored.id, body, expand, upload)
			: await createRecord(collection.name, body, expand, upload);
		// New files are stored behind the kept ones; where they were put between them, the names are sent once more.
		const order = orderOfFiles(fields, changes, saved);
		return order ? updateRecord(collection.name, saved.id, order, expand) : saved;
	}

	#isSound(): boolean {
		const errors: Record<string, string> = {};
		for (const field of this.fields) {
			const mistake = field.name in this.changes ? mistakeIn(field, this.changes[field.name]) : '';
			if (mistake) errors[field.name] = mistake;
		}
		this.errors = errors;
		return Object.keys(errors).length === 0;
	}

	#fail(error: ApiError): void {
		if (error.status === 404 && this.stored) {
			this.gone = true;
			return;
		}
		const messages = error.paths();
		const known = new Set(this.fields.map((field) => field.name));
		this.errors = {};
		const others: string[] = [];
		for (const [path, message] of Object.entries(messages)) {
			const name = path === 'passwordConfirm' ? 'password' : (path.split('.')[0] ?? path);
			if (known.has(name)) this.errors = { ...this.errors, [name]: message };
			else others.push(`${path}: ${message}`);
		}
		if (Object.keys(this.errors).length === 0 || others.length > 0) this.failure = [error.message, ...others].join(' ');
	}

	#storedValue(field: Field): unknown {
		return toForm(field, this.stored?.[field.name]);
	}

	#forget(name: string): void {
		if (!(name in this.errors)) return;
		const { [name]: _, ...others } = this.errors;
		this.errors = others;
	}

	#settle(name: string): void {
		const { [name]: _, ...others } = this.conflicts;
		this.conflicts = others;
		if (Object.keys(others).length === 0) this.failure = '';
	}

	#keep(): void {
		if (!this.#draft) return;
		const { stored } = this;
		const base = stored && Object.fromEntries(Object.keys(this.changes).map((name) => [name, stored[name]]));
		keepDraft(this.collection, this.#draft, { changes: this.changes, base });
	}

	#restore(): void {
		const draft = this.#draft && readDraft(this.collection, this.#draft);
		if (!draft) return;
		const names = new Map(this.fields.map((field) => [field.name, field]));
		const changes: Record<string, unknown> = {};
		const conflicts: Record<string, unknown> = {};
		for (const [name, value] of Object.entries(draft.changes)) {
			const field = names.get(name);
			if (!field || same(field, value, this.#storedValue(field))) continue;
			changes[name] = value;
			const now = this.#storedValue(field);
			if (draft.base && !same(field, toForm(field, draft.base[name]), now)) conflicts[name] = now;
		}
		this.changes = changes;
		this.conflicts = conflicts;
		if (Object.keys(changes).length > 0) this.restoredAt = draft.at;
	}
}

/** The values of a copy: everything but what has to be its own. Files belong to the record they were stored with. */
function copyOf(fields: Field[], template: Row): Record<string, unknown> {
	const copied = fields.filter((field) => field.name !== 'id' && field.type !== 'password' && field.type !== 'file');
	return Object.fromEntries(copied.map((field) => [field.name, toForm(field, template[field.name])]));
}
