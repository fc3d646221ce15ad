import { client, isAbort } from '$lib/api/client';
import type { Collection } from '$lib/api/collection';
import type { List } from '$lib/api/list';
import type { Row } from '$lib/api/record';
import { parseTime } from '$lib/format/time';
import { speakingFields } from '$lib/records/summary';

/** How many collections are asked, and how many at a time: a home page must not crowd out the application. */
const MOST_COLLECTIONS = 20;
const AT_ONCE = 3;
const PER_COLLECTION = 4;
const MOST = 8;

export interface Newest {
	collection: Collection;
	row: Row;
	/** When it was made, if the collection writes that down. */
	at: Date | undefined;
}

/** The newest records of all collections. In the order of insertion, which costs no sort. */
export async function readNewest(collections: Collection[], signal: AbortSignal): Promise<Newest[]> {
	const queue = collections.filter((one) => one.type !== 'view').slice(0, MOST_COLLECTIONS);
	const all: Newest[] = [];
	// One that cannot be read keeps none of the others.
	let answered = false;
	let refusal: unknown;
	const work = async () => {
		for (let next = queue.shift(); next; next = queue.shift()) {
			try {
				all.push(...(await newestOf(next, signal)));
				answered = true;
			} catch (thrown) {
				if (isAbort(thrown)) throw thrown;
				refusal = thrown;
			}
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, work));
	if (refusal !== undefined && !answered) throw refusal;
	return all.sort((a, b) => (b.at?.getTime() ?? 0) - (a.at?.getTime() ?? 0)).slice(0, MOST);
}

async function newestOf(collection: Collection, signal: AbortSignal): Promise<Newest[]> {
	const stamp = collection.fields.find((field) => field.type === 'autodate' && field.onCreate)?.name;
	const fields = ['id', 'collectionId', 'collectionName', stamp, ...speakingFields(collection).map((field) => field.name)];
	const { items }: List<Row> = await client.get('/api/collections/{collection}/records', {
		path: { collection: collection.name },
		query: { perPage: PER_COLLECTION, sort: '-@rowid', skipTotal: true, fields: fields.filter(Boolean).join() },
		signal
	});
	return items.map((row) => ({ collection, row, at: stamp ? parseTime(row[stamp]) : undefined }));
}
