import History from '@lucide/svelte/icons/history';
import type { Command } from './commands.svelte';
import { match } from './match';
import type { Recent } from './recent.svelte';

export interface Option extends Command {
	/** Characters of the title that were sought. */
	marks: number[];
}

export interface Section {
	title: string;
	options: Option[];
}

const MOST_RECENT = 5;
const MOST_HITS = 30;
/** What was done lately counts as much as a hit at the start of a word; less, the longer ago. */
const RECENT_SCORE = 36;
/** What there is a lot of gives way to what there is one of. */
const MANY_SCORE = -14;

interface Known {
	here: Command[];
	everywhere: Command[];
	recent: readonly Recent[];
	/** Where one is already. */
	address: string;
}

/** Before anything is sought: what was done lately, what this screen offers, and the ways on. */
export function atFirst({ here, everywhere, recent, address }: Known): Section[] {
	const all = unique([...here, ...everywhere]);
	const lately = recent
		.flatMap((one) => revived(one, all) ?? [])
		.filter(({ href }) => href !== address)
		.slice(0, MOST_RECENT);
	const shown = new Set(lately.map(({ id }) => id));
	const rest = (some: Command[]) => some.filter(({ id, sought }) => !sought && !shown.has(id));
	return sections([
		['Recent', lately],
		['This screen', rest(here)],
		['Everywhere', rest(everywhere.filter((one) => !here.some(({ id }) => id === one.id)))]
	]);
}

/** What fits the words best, what was done lately before the rest. */
export function hitsOf(text: string, { here, everywhere, recent }: Known): Option[] {
	const all = unique([...here, ...everywhere]);
	const known = new Set(all.map(({ id }) => id));
	const more = recent.flatMap((one) => (known.has(one.id) ? [] : (revived(one, all) ?? [])));
	return [...all, ...more]
		.flatMap((command) => {
			const hit = match(text, command.title, command.place);
			if (!hit) return [];
			const rank = recent.findIndex(({ id }) => id === command.id);
			return [
				{
					option: { ...command, marks: hit.marks },
					score: hit.score + (rank < 0 ? 0 : RECENT_SCORE - rank) + (command.sought ? MANY_SCORE : 0)
				}
			];
		})
		.sort((a, b) => b.score - a.score)
		.slice(0, MOST_HITS)
		.map(({ option }) => option);
}

/** Records are no commands of their own: they come back by the name they had. Everything else has to be there still. */
function revived({ id, title, place, href }: Recent, all: Command[]): Command | undefined {
	const known = all.find((one) => one.id === id);
	if (known || !id.startsWith('record:') || title === undefined || href === undefined) return known;
	return { id, title, place: place ?? '', icon: History, href };
}

const sections = (some: [string, Command[]][]): Section[] =>
	some.flatMap(([title, list]) => (list.length > 0 ? [{ title, options: list.map((one) => ({ ...one, marks: [] })) }] : []));

/** The screen's own word for something is the one that holds. */
const unique = (some: Command[]) => [...new Map(some.toReversed().map((one) => [one.id, one])).values()].toReversed();
