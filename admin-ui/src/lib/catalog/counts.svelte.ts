import { isAbort } from '$lib/api/client';
import type { Collection } from '$lib/api/collection';
import { countRecords } from '$lib/api/record';

/** How many counts are asked for at a time: an overview must not crowd out the application's own requests. */
const AT_ONCE = 3;

/** Numbers of records by collection id, filled in as they come; `null` where counting failed. */
export class Counts {
	byId = $state<Record<string, number | null>>({});

	async load(collections: Collection[], signal: AbortSignal): Promise<void> {
		const queue = [...collections];
		const work = async () => {
			for (let next = queue.shift(); next && !signal.aborted; next = queue.shift()) {
				try {
					this.byId[next.id] = await countRecords(next.name, '', signal);
				} catch (thrown) {
					if (isAbort(thrown)) return;
					this.byId[next.id] = null;
				}
			}
		};
		await Promise.all(Array.from({ length: AT_ONCE }, work));
	}
}
