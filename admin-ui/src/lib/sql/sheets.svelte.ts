import { isAbort } from '$lib/api/client';
import { ApiError } from '$lib/api/error';
import { runSql, type SqlResult } from '$lib/api/sql';
import { session } from '$lib/session/session.svelte';
import { planOf, type Step } from './plan';
import { queries } from './queries.svelte';

/** What a statement answered, or how the database would go about it. */
export type Outcome = { query: string; at: Date } & ({ result: SqlResult } | { plan: Step[] } | { failure: string } | { stopped: true });

/** What there is of a sheet besides what is saved. */
interface Kept {
	/** Absent: as it is saved. */
	draft?: string | undefined;
	outcome?: Outcome | undefined;
	running?: AbortController | undefined;
}

export const EXPLAIN = 'EXPLAIN QUERY PLAN ';

/** As long as this page is open. In one place for all: what a component makes while it draws itself would tell it of no change. */
class Desk {
	/** With whose they are: what one superuser saw is not the next one's to see. */
	#all = $state.raw<{ owner: string; by: Record<string, Kept> }>({ owner: '', by: {} });

	get #own(): Record<string, Kept> {
		const { owner, by } = this.#all;
		return owner === session.id ? by : {};
	}

	read(id: string): Kept {
		return this.#own[id] ?? {};
	}

	write(id: string, change: Kept): void {
		this.#all = { owner: session.id, by: { ...this.#own, [id]: { ...this.read(id), ...change } } };
	}
}

const desk = new Desk();

/** A statement being written, with what it answered last. */
export class Sheet {
	readonly id: string;

	/** @param id of the saved query; `''` for what has no name yet */
	constructor(id: string) {
		this.id = id;
	}

	get draft(): string | undefined {
		return desk.read(this.id).draft;
	}

	get saved(): string {
		return queries.find(this.id)?.query ?? '';
	}

	get text(): string {
		return this.draft ?? this.saved;
	}

	set text(next: string) {
		desk.write(this.id, { draft: this.id !== '' && next === this.saved ? undefined : next });
	}

	get changed(): boolean {
		return this.draft !== undefined && this.draft !== this.saved;
	}

	get outcome(): Outcome | undefined {
		return desk.read(this.id).outcome;
	}

	set outcome(next: Outcome | undefined) {
		desk.write(this.id, { outcome: next });
	}

	get running(): AbortController | undefined {
		return desk.read(this.id).running;
	}

	/** As it is saved; what has no name is empty. */
	drop(): void {
		desk.write(this.id, { draft: this.id === '' ? '' : undefined });
	}

	run(query: string): Promise<boolean> {
		return this.#ask(query, async (signal) => {
			const result = await runSql(query, signal);
			queries.ran(query);
			return { result };
		});
	}

	explain(query: string): Promise<boolean> {
		return this.#ask(query, async (signal) => ({ plan: planOf(await runSql(EXPLAIN + query, signal)) }));
	}

	/** Whether it was answered, and not with an error. */
	async #ask(query: string, ask: (signal: AbortSignal) => Promise<{ result: SqlResult } | { plan: Step[] }>): Promise<boolean> {
		if (this.running) return false;
		const running = new AbortController();
		desk.write(this.id, { running });
		try {
			this.outcome = { query, at: new Date(), ...(await ask(running.signal)) };
			return true;
		} catch (thrown) {
			if (isAbort(thrown)) this.outcome = { query, at: new Date(), stopped: true };
			else {
				const error = ApiError.from(thrown);
				this.outcome = { query, at: new Date(), failure: [error.message, ...Object.values(error.fields())].join(' ') };
			}
			return false;
		} finally {
			desk.write(this.id, { running: undefined });
		}
	}
}
