import { NamedList } from '$lib/shared/named.svelte';

/** A question to the log under a name: shared by the team. */
export interface LogQuery {
	id: string;
	name: string;
	/** What stands in the address behind `#/logs`. */
	search: string;
}

export const logQueries = new NamedList<LogQuery>('logqueries', (one) => 'search' in one && typeof one.search === 'string');
