import { logAt } from '$lib/api/log';

/** How long answers took, and how many went wrong. */
export interface Figures {
	/** Answered with 4xx. */
	refused: number;
	/** Answered with 5xx. */
	failed: number;
	/** The time within which this share of requests was answered; in the order of SHARES. */
	within: { share: number; millis: number }[];
}

export const SHARES = [0.5, 0.95, 0.99];
/** The server sorts what passes for each share: of more entries than this nobody wants to wait for it. */
export const MOST_SORTED = 200_000;
const SLOWEST_FIRST = '-data.execTime';
const SLOWEST = 0.99;

/** Of how many the slower ones are, counted from the slowest: the nearest rank. */
const rankOf = (share: number, total: number) => Math.max(0, total - Math.ceil(share * total));

/**
 * @param filter what the list shows, in the server's words
 * @param total entries that pass it: nearly always all of them are requests
 */
export async function readFigures(filter: string, total: number, signal: AbortSignal): Promise<Figures | null> {
	const and = (more: string) => [filter, more].filter(Boolean).join(' && ');
	const timed = and('data.execTime >= 0');
	const at = async (share: number, of: number) => logAt(timed, SLOWEST_FIRST, rankOf(share, of), signal);
	const [guessed, wrong, failed] = await Promise.all([
		at(SLOWEST, total),
		logAt(and('data.status >= 400'), '', 0, signal),
		logAt(and('data.status >= 500'), '', 0, signal)
	]);
	const requests = guessed.total;
	if (requests <= 0) return null;
	const within = await Promise.all(
		SHARES.map(async (share) => {
			const { log } = share === SLOWEST && requests === total ? guessed : await at(share, requests);
			return { share, millis: log?.data.execTime ?? 0 };
		})
	);
	return { refused: wrong.total - failed.total, failed: failed.total, within };
}
