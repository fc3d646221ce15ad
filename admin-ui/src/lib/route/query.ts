import { page } from '$app/state';

/** The query of the current hash route (`#/path?query`); reactive. */
export function routeQuery(): URLSearchParams {
	// page.url has the hash decoded already; the address bar has it as it was written.
	void page.url.href;
	return new URLSearchParams(location.hash.split('?').slice(1).join('?'));
}
