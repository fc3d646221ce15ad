import { isAbort } from '$lib/api/client';
import { ApiError } from '$lib/api/error';
import { listLogs, logHours, type Log, type LogHour } from '$lib/api/log';
import { filterOf, type LogState } from './log-state';

const PER_PAGE = 100;
/** Entries beyond this are found by filtering: nobody scrolls through more. */
const MOST = 5000;

/** Entries, newest first, and how many there were in each hour. */
export class LogPage {
	logs = $state.raw<Log[]>([]);
	hours = $state.raw<LogHour[]>([]);
	error = $state.raw<ApiError>();
	loading = $state(false);
	ready = $state(false);
	/** There are older ones. */
	more = $state(false);
	#asking: AbortController | undefined;

	async load(state: LogState): Promise<void> {
		this.#asking?.abort();
		const asking = (this.#asking = new AbortController());
		const now = new Date();
		this.loading = true;
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
		} catch (thrown) {
			if (isAbort(thrown)) return;
			this.error = ApiError.from(thrown);
		}
		if (this.#asking === asking) this.loading = false;
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
