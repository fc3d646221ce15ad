import { isAbort } from '$lib/api/client';
import { ApiError } from '$lib/api/error';
import { listLogs, listTraits, logHours, type Log, type LogHour, type LogTraits } from '$lib/api/log';
import { SHORT_MS } from './bars';
import { MOST_SORTED, readFigures, type Figures } from './figures';
import { chartSpan, filterOf, momentOf, type LogState } from './log-state';

const PER_PAGE = 100;
/** Entries beyond this are found by filtering: nobody scrolls through more. */
const MOST = 5000;

/** Entries that are counted one by one: beyond these the newest stand for all. */
const MOST_COUNTED = 3000;
const COUNTED_AT_ONCE = 1000;

/** The newest of what is shown. */
export interface Sample {
	entries: LogTraits[];
	/** There are no others. */
	whole: boolean;
}

/** Entries, newest first, and how many there were in each hour. */
export class LogPage {
	logs = $state.raw<Log[]>([]);
	hours = $state.raw<LogHour[]>([]);
	/** Undefined until they are there, null when there are none. */
	figures = $state.raw<Figures | null>();
	/** Undefined until they are there, or while nobody asks for them; null when they cannot be had. */
	sample = $state.raw<Sample | null>();
	/** When the entries were made, if the chart can be drawn from them. */
	moments = $state.raw<number[]>();
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
			// The chart is drawn once: hours that turn into minutes would jump.
			const short = isShort(state, now, hours);
			const counting = this.#count(state, now, short, asking.signal);
			if (short) await counting;
			if (asking.signal.aborted) return;
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
		return totalOf(this.hours);
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

	/** An extra, too: kinds, and what the chart shows of a short time. */
	async #count(state: LogState, now: Date, short: boolean, signal: AbortSignal): Promise<void> {
		if (!short) this.moments = undefined;
		if (!state.kinds) this.sample = undefined;
		if (!short && !state.kinds) return;
		const [chart, list] = [filterOf(state, now, 'chart'), filterOf(state, now, 'list')];
		const sample = await sampleOf(list, signal).catch(() => null);
		if (signal.aborted) return;
		if (state.kinds) this.sample = sample;
		this.moments = short && chart === list && sample?.whole ? sample.entries.map(({ created }) => momentOf(created)) : undefined;
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

const totalOf = (hours: LogHour[]) => hours.reduce((sum, { total }) => sum + total, 0);

function isShort(state: LogState, now: Date, hours: LogHour[]): boolean {
	const span = chartSpan(state, now.getTime());
	return span !== undefined && span.to - span.from <= SHORT_MS && totalOf(hours) <= MOST_COUNTED;
}

async function sampleOf(filter: string, signal: AbortSignal): Promise<Sample> {
	const entries: LogTraits[] = [];
	for (let page = 1; entries.length < MOST_COUNTED; page++) {
		const some = await listTraits(filter, page, COUNTED_AT_ONCE, signal);
		entries.push(...some);
		if (some.length < COUNTED_AT_ONCE) return { entries, whole: true };
	}
	return { entries, whole: false };
}
