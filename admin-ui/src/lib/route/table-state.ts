/** What a records screen shows, as its address says it. */
export interface TableState {
	page: number;
	perPage: number;
	/** Field names with commas, `-` in front for descending; `''` for newest first. */
	sort: string;
	/** What stands in the filter box: words or an expression. */
	filter: string;
	/** The id of the open record. */
	record: string;
	/** Which of the open record's views; `''` is the form. */
	tab: string;
	/** A new record is being written: `'new'`, or the id of the one it is a copy of. */
	create: string;
	/** The id of the saved view it began with. */
	view: string;
	/** Names of the shown fields with commas, and `:` with the width where one was chosen; where they differ from the view's. */
	columns: string;
	/** Where it differs from the view's. */
	density: string;
}

/** What decides which records are shown. */
export type TableQuestion = Pick<TableState, 'page' | 'perPage' | 'sort' | 'filter'>;

export const PAGE_SIZES = [25, 50, 100, 200] as const;
export const PAGE_SIZE = 50;

export function parseTableState(query: URLSearchParams): TableState {
	const perPage = Number(query.get('perPage'));
	return {
		page: Math.max(1, Math.trunc(Number(query.get('page'))) || 1),
		perPage: PAGE_SIZES.find((size) => size === perPage) ?? PAGE_SIZE,
		sort: query.get('sort') ?? '',
		filter: query.get('filter') ?? '',
		record: query.get('record') ?? '',
		tab: query.get('tab') ?? '',
		create: query.get('create') ?? '',
		view: query.get('view') ?? '',
		columns: query.get('columns') ?? '',
		density: query.get('density') ?? ''
	};
}

/** The address of a records screen; what is as usual is left out. */
export function tableHref(collection: string, state: Partial<TableState> = {}): string {
	const query = new URLSearchParams();
	if (state.view) query.set('view', state.view);
	if (state.filter) query.set('filter', state.filter);
	if (state.sort) query.set('sort', state.sort);
	if (state.page && state.page !== 1) query.set('page', String(state.page));
	if (state.perPage && state.perPage !== PAGE_SIZE) query.set('perPage', String(state.perPage));
	if (state.view && state.columns) query.set('columns', state.columns);
	if (state.view && state.density) query.set('density', state.density);
	if (state.record) query.set('record', state.record);
	if (state.record && state.tab) query.set('tab', state.tab);
	if (state.create && !state.record) query.set('create', state.create);
	// `+` for a space would survive, but nobody reads it as one.
	const text = query.toString().replaceAll('+', '%20');
	return `#/collections/${encodeURIComponent(collection)}${text && '?' + text}`;
}

export const importHref = (collection: string) => `#/collections/${encodeURIComponent(collection)}/import`;
