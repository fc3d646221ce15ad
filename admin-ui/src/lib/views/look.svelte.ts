import type { Collection } from '$lib/api/collection';
import { chosenColumns, keepColumns } from '$lib/records/columns';
import { tableHref, type TableState } from '$lib/route/table-state';
import { density, type Density } from './density.svelte';
import { views, type View } from './views.svelte';

/**
 * How a collection's table looks: as its saved view says, except for what the address says otherwise; without a view as
 * it was chosen in this browser.
 */
export class Look {
	#collection: () => Collection;
	#table: () => TableState;
	#go: (change: Partial<TableState>) => void;
	/** Chosen without a view. */
	#own = $state.raw<ReadonlySet<string>>(new Set());

	constructor(collection: () => Collection, table: () => TableState, go: (change: Partial<TableState>) => void) {
		this.#collection = collection;
		this.#table = table;
		this.#go = go;
		this.#own = chosenColumns(collection());
	}

	/** The view in use. */
	get view(): View | undefined {
		return views.find(this.#collection().id, this.#table().view);
	}

	/** Names of the shown fields. */
	get columns(): ReadonlySet<string> {
		const { columns } = this.#table();
		if (columns) return new Set(['id', ...columns.split(',')]);
		return this.view ? this.#columnsOf(this.view) : this.#own;
	}

	get density(): Density {
		const asked = this.#table().density;
		return asked === 'compact' || asked === 'comfortable' ? asked : (this.view?.density ?? density.chosen);
	}

	/** What is shown now, as a view without a name. */
	get shown(): Omit<View, 'id' | 'name'> {
		const { filter, sort } = this.#table();
		const ids = this.#collection()
			.fields.filter((field) => this.columns.has(field.name))
			.map((field) => field.id);
		return { filter, sort, columns: ids, density: this.density };
	}

	/** What is shown is no longer what the view says. */
	get changed(): boolean {
		const { view, shown } = this;
		if (!view) return false;
		const before = this.#columnsOf(view);
		const same = before.size === this.columns.size && [...before].every((name) => this.columns.has(name));
		return !same || view.filter !== shown.filter || view.sort !== shown.sort || view.density !== shown.density;
	}

	chooseColumns(next: ReadonlySet<string>): void {
		if (this.view) return this.#go({ columns: [...next].join() });
		this.#own = next;
		keepColumns(this.#collection(), next);
	}

	chooseDensity(next: Density): void {
		if (this.view) this.#go({ density: next });
		else density.chosen = next;
	}

	/** The address of a view; of the table as it is without one. */
	href(view: View | undefined): string {
		const { perPage } = this.#table();
		return tableHref(this.#collection().name, { perPage, ...(view && { view: view.id, filter: view.filter, sort: view.sort }) });
	}

	#columnsOf(view: View): ReadonlySet<string> {
		const ids = new Set(view.columns);
		return new Set(
			this.#collection()
				.fields.filter((field) => ids.has(field.id) || field.name === 'id')
				.map((field) => field.name)
		);
	}
}
