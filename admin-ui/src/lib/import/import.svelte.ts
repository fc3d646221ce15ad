import type { Collection, Field } from '$lib/api/collection';
import { writesOf, type Write } from '$lib/api/batch';
import { isAbort } from '$lib/api/client';
import { ManyWrites } from '$lib/bulk/many-writes.svelte';
import { cell } from '$lib/records/export';
import { bodyOf, guess, importable, type Mapping } from './mapping';
import { readSource, type Source } from './read';

/** A file on its way into a collection: read, mapped, checked, written. */
export class Import {
	readonly collection: Collection;
	readonly fields: Field[];
	name = $state('');
	source = $state.raw<Source>();
	/** How much of the file is read, 0 to 1; undefined while none is being read. */
	reading = $state<number>();
	failure = $state('');
	mapping = $state<Mapping>({});
	/** Rows with the id of a record change it. */
	upsert = $state(false);
	/** The last run only checked. */
	checked = $state(false);
	readonly writes = new ManyWrites();
	readonly #byName: Map<string, Field>;
	#abort: AbortController | undefined;

	mapped = $derived(new Set(Object.values(this.mapping).filter(Boolean)));
	/** Required fields that no column goes into. */
	unmet = $derived.by(() => {
		const made = (field: Field) => field.type === 'text' && field.autogeneratePattern !== '';
		return this.upsert
			? []
			: this.fields.filter((field) => field.required && !this.mapped.has(field.name) && !made(field) && field.name !== 'id');
	});
	finished = $derived(this.writes.total > 0 && !this.writes.running);

	constructor(collection: Collection) {
		this.collection = collection;
		this.fields = importable(collection);
		this.#byName = new Map(this.fields.map((field) => [field.name, field]));
	}

	async read(content: Blob, name: string): Promise<void> {
		this.stop();
		const abort = (this.#abort = new AbortController());
		Object.assign(this, { name, source: undefined, failure: '', reading: 0, checked: false });
		this.writes.reset();
		try {
			const source = await readSource(content, name, (share) => (this.reading = share), abort.signal);
			if (source.rows.length === 0) throw new Error('There is no record in it.');
			this.mapping = guess(source.columns, this.collection);
			this.upsert = false;
			this.source = source;
		} catch (thrown) {
			if (isAbort(thrown)) return;
			this.failure = `${name} could not be read. ${thrown instanceof Error ? thrown.message : String(thrown)}`;
		}
		this.reading = undefined;
	}

	/** The record a row becomes. */
	body(index: number): Record<string, unknown> | { refused: string } {
		const { source } = this;
		return bodyOf(source?.rows[index] ?? {}, this.mapping, this.#byName, source?.texts ?? false);
	}

	async run(dry: 'check' | 'write'): Promise<void> {
		if (!this.source || this.writes.running) return;
		this.checked = dry === 'check';
		const to = writesOf(this.collection.name);
		const write = (index: number): Write | { refused: string } => {
			const body = this.body(index);
			if ('refused' in body) return body as { refused: string };
			return this.upsert && body['id'] ? to.upsert(body) : to.create(body);
		};
		await this.writes.run(this.source.rows.length, write, dry === 'check' ? { collection: this.collection.name } : undefined);
	}

	/** The refused rows as they were, with the reason in front. */
	report(): Blob {
		const columns = this.source?.columns ?? [];
		const lines = this.writes.failures.map(({ index, reason }) => {
			const row = this.source?.rows[index] ?? {};
			return [index + 1, reason, ...columns.map((column) => row[column])].map(cell).join(',');
		});
		return new Blob(['\ufeff', ['row', 'reason', ...columns].map(cell).join(','), '\r\n', ...lines.map((line) => line + '\r\n')], {
			type: 'text/csv'
		});
	}

	stop(): void {
		this.#abort?.abort();
		this.writes.cancel();
	}
}
