import { client } from '$lib/api/client';
import { impersonate } from '$lib/api/impersonate';
import { listRecords } from '$lib/api/record';

/** As whom a request is tried. */
export type Caller = { kind: 'superuser' } | { kind: 'guest' } | { kind: 'account'; collection: string; identity: string };

const TOKEN_S = 60;

/** The token of a caller; none for guests. An account is named by its id or its address. */
export async function tokenOf(caller: Caller): Promise<string> {
	if (caller.kind === 'superuser') return client.token;
	if (caller.kind === 'guest') return '';
	const identity = JSON.stringify(caller.identity.trim());
	const [found] = await listRecords(caller.collection, {
		page: 1,
		perPage: 1,
		sort: '',
		filter: `id = ${identity} || email = ${identity}`,
		expand: ''
	});
	if (!found) throw new Error(`There is no account ${caller.identity.trim()} in ${caller.collection}.`);
	return impersonate(caller.collection, found.id, TOKEN_S);
}
