import { untrack } from 'svelte';
import type { IconOf } from '$lib/ui/icon';

/** Something the palette can do, or a place it can go to. */
export interface Command {
	/** Stays the same from day to day: what was done lately comes first. */
	id: string;
	title: string;
	/** Where it belongs, in a word or two; looked through as well. */
	place: string;
	icon: IconOf;
	/** The keys that do the same. */
	keys?: string[];
	/** The address it goes to… */
	href?: string;
	/** …or what it does. */
	run?: () => unknown;
	/** Offered only when it is sought: there are many of its kind. */
	sought?: boolean;
}

type Source = () => Command[];

/** Looks for more than what is known already. */
export interface Finder {
	/** The heading above what it finds. */
	title: string;
	find: (text: string, signal: AbortSignal) => Promise<Command[]>;
}

/** What the screens that are shown offer, the innermost first. */
class Commands {
	#sources = $state.raw<readonly Source[]>([]);
	#finders = $state.raw<readonly Finder[]>([]);

	/** Of the screens; what holds everywhere is in everywhere.ts. */
	get here(): Command[] {
		return this.#sources.flatMap((source) => source());
	}

	get finders(): readonly Finder[] {
		return this.#finders;
	}

	add(source: Source): () => void {
		this.#sources = [source, ...this.#sources];
		return () => (this.#sources = this.#sources.filter((one) => one !== source));
	}

	addFinder(finder: Finder): () => void {
		this.#finders = [finder, ...this.#finders];
		return () => (this.#finders = this.#finders.filter((one) => one !== finder));
	}
}

export const commands = new Commands();

/** The palette has these while the calling component is shown. Read anew whenever the palette is open and they change. */
export function offer(source: Source): void {
	$effect(() => untrack(() => commands.add(source)));
}

/** As `offer`, for what has to be asked for. */
export function offerFinder(finder: () => Finder | undefined): void {
	$effect(() => {
		const found = finder();
		return found && untrack(() => commands.addFinder(found));
	});
}
