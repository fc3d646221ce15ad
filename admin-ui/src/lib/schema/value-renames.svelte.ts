import { updateCollection, type Collection } from '$lib/api/collection';
import { writesOf, type Write } from '$lib/api/batch';
import { isAbort } from '$lib/api/client';
import { ApiError } from '$lib/api/error';
import { ManyWrites } from '$lib/bulk/many-writes.svelte';
import { readAll } from '$lib/records/export';
import type { Draft, FieldRow } from './draft.svelte';

/** A choice of a saved field that goes by another name. */
export interface ValueRename {
	/** The id of its field. */
	field: string;
	/** The field's name as the server has it, and as it will be. */
	was: string;
	name: string;
	/** Records hold several of its values. */
	many: boolean;
	from: string;
	to: string;
}

/** The choices that were renamed: not those taken away while others came. */
export function valueRenames(draft: Draft): ValueRename[] {
	return draft.kept.flatMap((row) => {
		const before = draft.before(row);
		if (before?.type !== 'select') return [];
		return Object.entries(row.renamed).map(([from, to]) => ({
			field: before.id,
			was: before.name,
			name: row.field.name,
			many: before.maxSelect > 1,
			from,
			to
		}));
	});
}

/** Finds the records that hold a value of a choice, listed any more or not. */
export const holding = (field: string, many: boolean, value: string) => `${field}${many ? ':each ?=' : ' ='} ${JSON.stringify(value)}`;

/** Saves a collection and tells its records the new names of values. */
export class Renaming {
	readonly writes = new ManyWrites();
	/** Records found so far; undefined while none are looked for. */
	finding = $state<number>();
	running = $state(false);
	failure = $state('');
	#abort: AbortController | undefined;

	/**
	 * No record is ever without a name that is allowed: first both names are saved, then the records, and the old names go
	 * only when none holds them any more. Cut short, both names stay, and the next save goes on.
	 *
	 * @returns the collection as it is now, and whether all of it came through; undefined when nothing was saved
	 */
	async run(draft: Draft, renames: ValueRename[]): Promise<{ saved: Collection; whole: boolean } | undefined> {
		const { stored } = draft;
		if (!stored || this.running) return undefined;
		this.running = true;
		this.failure = '';
		this.writes.reset();
		this.#abort = new AbortController();
		const wanted = new Map(draft.kept.filter((row) => row.field.id).map((row) => [row.field.id, wish(row)]));
		try {
			const saved = await this.#saveBoth(draft, stored, renames);
			if (!saved) return undefined;
			for (const row of draft.rows) {
				const wish = wanted.get(row.field.id);
				if (wish && row.field.type === 'select')
					Object.assign(row, { field: { ...row.field, values: wish.values }, renamed: wish.renamed });
			}
			if (!(await this.#tell(saved, renames, this.#abort.signal))) return { saved, whole: false };
			const last = await draft.save();
			return { saved: last ?? saved, whole: last !== undefined };
		} finally {
			this.running = false;
		}
	}

	stop(): void {
		this.#abort?.abort();
		this.writes.cancel();
	}

	async #saveBoth(draft: Draft, stored: Collection, renames: ValueRename[]): Promise<Collection | undefined> {
		const { fields, ...rest } = draft.body as { fields: { id?: string; values?: string[] }[] };
		const both = fields.map((field) => {
			const former = renames.filter((one) => one.field === field.id).map(({ from }) => from);
			return former.length > 0 && field.values ? { ...field, values: [...new Set([...field.values, ...former])] } : field;
		});
		draft.error = undefined;
		try {
			const saved = await updateCollection(stored.id, { ...rest, fields: both });
			draft.load(saved);
			return saved;
		} catch (thrown) {
			draft.error = ApiError.from(thrown);
			return undefined;
		}
	}

	/** True when no record holds a former name any more. */
	async #tell(collection: Collection, renames: ValueRename[], signal: AbortSignal): Promise<boolean> {
		try {
			const writes = await this.#find(collection, renames, signal);
			await this.writes.run(writes.length, (i) => writes[i] ?? { refused: '' });
		} catch (thrown) {
			if (!isAbort(thrown)) this.failure = ApiError.from(thrown).message;
			return false;
		} finally {
			this.finding = undefined;
		}
		return this.writes.failed === 0 && !this.writes.cancelled && this.writes.failure === '';
	}

	async #find(collection: Collection, renames: ValueRename[], signal: AbortSignal): Promise<Write[]> {
		const to = writesOf(collection.name);
		const found: Write[] = [];
		for (const field of collection.fields) {
			const mine = new Map(renames.filter((one) => one.field === field.id).map(({ from, to }) => [from, to]));
			if (field.type !== 'select' || mine.size === 0) continue;
			const many = field.maxSelect > 1;
			const filter = [...mine.keys()].map((from) => holding(field.name, many, from)).join(' || ');
			const renamed = (value: unknown) => mine.get(String(value)) ?? value;
			for await (const rows of readAll(collection, filter, '@rowid', signal, `id,${field.name}`)) {
				for (const row of rows) {
					const value = row[field.name];
					found.push(to.update(row.id, { [field.name]: Array.isArray(value) ? value.map(renamed) : renamed(value) }));
				}
				this.finding = (this.finding ?? 0) + rows.length;
			}
		}
		return found;
	}
}

const wish = ({ field, renamed }: FieldRow) => ({ values: field.type === 'select' ? [...field.values] : [], renamed: { ...renamed } });
