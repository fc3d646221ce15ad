import { isAbort } from '$lib/api/client';
import { ApiError } from '$lib/api/error';
import { listLogs, logHours, type Log, type LogHour } from '$lib/api/log';
import { MOST_SORTED, readFigures, type Figures } from './figures';
import { filterOf, type LogState } from './log-state';

const PER_PAGE = 100;
/** Entries beyond this are found by filtering: nobody scrolls through more. */
const MOST = 5000;

/** Entries, newest first, and how many there were in each hour. */
export class LogPage {
	logs = $state.raw<Log[]>([]);
	hours = $state.raw<LogHour[]>([]);
	/** Undefined until they are there, null when there are none. */
	figures = $state.raw<Figures | null>();
	error = $state.raw<ApiError>();
	loading = $state(false);
	ready = $state(false);
	/** There are older ones. */
	more = $state(false);
	#asking: AbortController | undefined;

	/** @param how `follow` leaves the figures as they are: they cost more than the entries that came in. */
	async load(state: LogState, how: 'anew' | 'follow' = 'anew'): Promise<void> {
		this.#asking?.abort();
		const asking = (this.#asking = new AbortController());
		const now = new Date();
		this.loading = true;
		if (how === 'anew') this.figures = undefined;
		try {
			const [logs, hours] = await Promise.all([
				this.#list(filterOf(state, now, 'list'), asking.signal),
				logHours(filterOf(state, now, 'chart'), asking.signal)
			]);
			this.logs = logs;
			this.hours = hours;
			this.more = logs.length === PER_PAGE;
			this.error = undefined;
			this.ready = true;
			if (how === 'anew' && this.countable) void this.#figure(filterOf(state, now, 'chart'), asking.signal);
		} catch (thrown) {
			if (isAbort(thrown)) return;
			this.error = ApiError.from(thrown);
		}
		if (this.#asking === asking) this.loading = false;
	}

	get total(): number {
		return this.hours.reduce((sum, { total }) => sum + total, 0);
	}

	/** Whether figures are worked out for what is shown. */
	get countable(): boolean {
		return this.total > 0 && this.total <= MOST_SORTED;
	}

	/** An extra: the entries are there without it. */
	async #figure(filter: string, signal: AbortSignal): Promise<void> {
		const figures = await readFigures(filter, this.total, signal).catch(() => null);
		if (!signal.aborted) this.figures = figures;
	}

	/** Goes on from the oldest shown entry: pages would shift with every new one. */
	async older(state: LogState): Promise<void> {
		const oldest = this.logs.at(-1);
		if (!oldest || this.loading) return;
		const asking = (this.#asking = new AbortController());
		this.loading = true;
		try {
			const filter = [filterOf(state, new Date(), 'list'), `created <= '${oldest.created}'`].filter(Boolean).join(' && ');
			const known = new Set(this.logs.map((log) => log.id));
			const next = (await this.#list(filter, asking.signal)).filter((log) => !known.has(log.id));
			this.logs = [...this.logs, ...next];
			this.more = next.length > 0 && this.logs.length < MOST;
		} catch (thrown) {
			if (!isAbort(thrown)) this.error = ApiError.from(thrown);
		}
		if (this.#asking === asking) this.loading = false;
	}

	stop(): void {
		this.#asking?.abort();
	}

	#list(filter: string, signal: AbortSignal): Promise<Log[]> {
		return listLogs({ page: 1, perPage: PER_PAGE, filter, sort: '-@rowid' }, signal);
	}
}
