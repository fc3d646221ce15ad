/** How wide something is, in pixels: what was chosen is kept in this browser. */
export class Width {
	readonly #key: string;
	readonly usual: number;
	readonly least: number;
	readonly most: number;
	#chosen = $state<number>();

	constructor(name: string, { usual, least, most }: { usual: number; least: number; most: number }) {
		this.#key = `cratebase.width.${name}`;
		this.usual = usual;
		this.least = least;
		this.most = most;
		const kept = Number(localStorage.getItem(this.#key));
		if (kept >= least && kept <= most) this.#chosen = kept;
	}

	get value(): number {
		return this.#chosen ?? this.usual;
	}

	/** Undefined while nobody has chosen: what a style sheet says holds. */
	get chosen(): number | undefined {
		return this.#chosen;
	}

	set(wanted: number): void {
		this.#chosen = Math.round(Math.min(Math.max(wanted, this.least), this.most));
		localStorage.setItem(this.#key, String(this.#chosen));
	}

	/** As wide as at first. */
	reset(): void {
		this.#chosen = undefined;
		localStorage.removeItem(this.#key);
	}
}
