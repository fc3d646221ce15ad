/** How high the rows of tables are. */
export type Density = 'compact' | 'comfortable';

const KEY = 'cratebase.density';

/** Kept in this browser, for every table. */
class DensityChoice {
	#chosen = $state<Density>(localStorage.getItem(KEY) === 'compact' ? 'compact' : 'comfortable');

	get chosen(): Density {
		return this.#chosen;
	}

	set chosen(density: Density) {
		this.#chosen = density;
		localStorage.setItem(KEY, density);
	}
}

export const density = new DensityChoice();
