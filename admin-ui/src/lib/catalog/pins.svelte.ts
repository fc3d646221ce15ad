const KEY = 'cratebase.sidebar.pins';

/** Collections kept at the top of the sidebar, by id: a rename does not lose them. Kept in this browser. */
class Pins {
	#ids = $state.raw<readonly string[]>(read());

	has(id: string): boolean {
		return this.#ids.includes(id);
	}

	toggle(id: string): void {
		this.#ids = this.has(id) ? this.#ids.filter((one) => one !== id) : [...this.#ids, id];
		localStorage.setItem(KEY, JSON.stringify(this.#ids));
	}
}

function read(): string[] {
	try {
		const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
		return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : [];
	} catch {
		return [];
	}
}

export const pins = new Pins();
