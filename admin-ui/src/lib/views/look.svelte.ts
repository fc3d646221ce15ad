import type { Collection } from '$lib/api/collection';
import { arranged, chosenColumns, keepColumns, keptColumns, type Choice, type KeptChoice } from '$lib/records/columns';
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
	#own = $state.raw<KeptChoice[]>([]);
	/** While an edge is dragged. */
	#dragged = $state.raw<{ name: string; width: number }>();

	constructor(collection: () => Collection, table: () => TableState, go: (change: Partial<TableState>) => void) {
		this.#collection = collection;
		this.#table = table;
		this.#go = go;
		this.#own = keptColumns(collection());
	}

	/** The view in use. */
	get view(): View | undefined {
		return views.find(this.#collection().id, this.#table().view);
	}

	/** All fields, in the order of their columns. */
	choices = $derived.by<Choice[]>(() => {
		const { columns } = this.#table();
		const { view } = this;
		const chosen = view ? this.#arranged(columns ? this.#asked(columns) : keptOf(view)) : chosenColumns(this.#collection(), this.#own);
		const dragged = this.#dragged;
		return dragged ? chosen.map((one) => (one.field.name === dragged.name ? { ...one, width: dragged.width } : one)) : chosen;
	});

	/** Those that have a column. */
	shownColumns = $derived(this.choices.filter(({ shown }) => shown));

	get density(): Density {
		const asked = this.#table().density;
		return asked === 'compact' || asked === 'comfortable' ? asked : (this.view?.density ?? density.chosen);
	}

	/** What is shown now, as a view without a name. */
	get shown(): Omit<View, 'id' | 'name'> {
		const { filter, sort } = this.#table();
		const widths = Object.fromEntries(this.shownColumns.flatMap(({ field, width }) => (width === undefined ? [] : [[field.id, width]])));
		return { filter, sort, columns: this.shownColumns.map(({ field }) => field.id), widths, density: this.density };
	}

	/** What is shown is no longer what the view says. */
	get changed(): boolean {
		const { view, shown } = this;
		if (!view) return false;
		const before = inAddress(this.#arranged(keptOf(view)));
		return before !== inAddress(this.choices) || view.filter !== shown.filter || view.sort !== shown.sort || view.density !== shown.density;
	}

	choose(next: Choice[]): void {
		this.#dragged = undefined;
		if (this.view) return this.#go({ columns: inAddress(next) });
		this.#own = keepColumns(this.#collection(), next);
	}

	/** The column as wide as this; by its content, for `undefined`. A `passing` width is one on the way to another. */
	chooseWidth(name: string, width: number | undefined, how: 'passing' | 'chosen' = 'chosen'): void {
		if (how === 'passing' && width !== undefined) this.#dragged = { name, width };
		else {
			const choices = this.choices.map((one) => {
				if (one.field.name !== name) return one;
				const { width: _, ...rest } = one;
				return width === undefined ? rest : { ...rest, width };
			});
			this.choose(choices);
		}
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

	/** Fields that a view does not name are not shown. */
	#arranged(kept: KeptChoice[]): Choice[] {
		return arranged(this.#collection(), kept, () => false);
	}

	/** `title:240,price` */
	#asked(columns: string): KeptChoice[] {
		const byName = new Map(this.#collection().fields.map((field) => [field.name, field.id]));
		return columns.split(',').flatMap((part) => {
			const [name = '', width] = part.split(':');
			const id = byName.get(name);
			return id ? [{ id, shown: true, ...(Number(width) > 0 && { width: Number(width) }) }] : [];
		});
	}
}

/** The shown columns as the address has them. */
const inAddress = (choices: Choice[]) =>
	choices
		.filter(({ shown }) => shown)
		.map(({ field, width }) => (width === undefined ? field.name : `${field.name}:${width}`))
		.join();

const keptOf = (view: View): KeptChoice[] =>
	view.columns.map((id) => {
		const width = view.widths?.[id];
		return { id, shown: true, ...(typeof width === 'number' && { width }) };
	});
