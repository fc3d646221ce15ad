/** The envelope of every list; totals are -1 when they were not asked for. */
export interface List<T> {
	page: number;
	perPage: number;
	totalItems: number;
	totalPages: number;
	items: T[];
}
