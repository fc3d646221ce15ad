import { writesOf } from '$lib/api/batch';
import { isAbort } from '$lib/api/client';
import type { Collection, Field } from '$lib/api/collection';
import { ApiError } from '$lib/api/error';
import type { Row } from '$lib/api/record';
import { toBody } from '$lib/fields/form-value';
import { counted } from '$lib/format/number';
import { readAll } from '$lib/records/export';
import { toasts } from '$lib/ui/toasts.svelte';
import { ManyWrites } from './many-writes.svelte';

/** Fields that can have one value for many records: ids are each one's own, files and dates are not typed. */
export const settable = (collection: Collection): Field[] =>
	collection.fields.filter((field) => !['file', 'autodate', 'password'].includes(field.type) && !['id', 'tokenKey'].includes(field.name));

/** One field set to one value in many records, and back again. */
export class SetField {
	readonly collection: Collection;
	readonly writes = new ManyWrites();
	/** Records found so far; undefined while none are looked for. */
	finding = $state<number>();
	failure = $state('');
	busy = $derived(this.finding !== undefined || this.writes.running);
	#abort: AbortController | undefined;
	#before: { id: string; value: unknown }[] = [];

	constructor(collection: Collection) {
		this.collection = collection;
	}

	/** @param rows those to change, or an expression that finds them */
	async run(field: Field, value: unknown, rows: Row[] | { filter: string }): Promise<void> {
		this.failure = '';
		this.#abort = new AbortController();
		try {
			this.#before = Array.isArray(rows) ? pick(rows, field) : await this.#find(field, rows.filter, this.#abort.signal);
		} catch (thrown) {
			if (!isAbort(thrown)) this.failure = ApiError.from(thrown).message;
			return;
		} finally {
			this.finding = undefined;
		}
		const to = writesOf(this.collection.name);
		const body = { [field.name]: toBody(field, value) };
		const before = this.#before;
		await this.writes.run(before.length, (i) => to.update(before[i]?.id ?? '', body));
	}

	/** Puts back what was there, where the change came through. */
	async undo(field: Field): Promise<void> {
		const to = writesOf(this.collection.name);
		const refused = new Set(this.writes.failures.map(({ index }) => index));
		const before = this.#before.slice(0, this.writes.done).filter((_, i) => !refused.has(i));
		const back = new ManyWrites();
		await back.run(before.length, (i) => to.update(before[i]?.id ?? '', { [field.name]: before[i]?.value }));
		if (back.failed > 0 || back.failure) {
			toasts.show(
				`${counted(back.succeeded, 'record')} as before, ${counted(before.length - back.succeeded, 'record')} not. ${back.failure}`,
				{
					tone: 'danger'
				}
			);
		} else toasts.show(`${field.name} is as before in ${counted(back.succeeded, 'record')}.`);
	}

	stop(): void {
		this.#abort?.abort();
		this.writes.cancel();
	}

	async #find(field: Field, filter: string, signal: AbortSignal): Promise<{ id: string; value: unknown }[]> {
		this.finding = 0;
		const found: { id: string; value: unknown }[] = [];
		for await (const some of readAll(this.collection, filter, '@rowid', signal, `id,${field.name}`)) {
			found.push(...pick(some, field));
			this.finding = found.length;
		}
		return found;
	}
}

const pick = (rows: Row[], field: Field) => rows.map((row) => ({ id: row.id, value: row[field.name] }));
