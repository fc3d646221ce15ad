import type { Collection, Field } from '$lib/api/collection';

/** Changes that were not saved, and what they were changes of. */
export interface Draft {
	/** Milliseconds since 1970. */
	at: number;
	changes: Record<string, unknown>;
	/** The values of the changed fields when they were changed; none for a new record. */
	base: Record<string, unknown> | undefined;
}

/** Secrets do not belong into the browser's storage, files do not fit. */
export const isKept = (field: Field) => field.type !== 'password' && field.type !== 'file';

const key = (collection: Collection, id: string) => `cratebase.draft.${collection.id}.${id}`;

export function readDraft(collection: Collection, id: string): Draft | undefined {
	try {
		return (JSON.parse(localStorage.getItem(key(collection, id)) ?? 'null') as Draft | undefined) ?? undefined;
	} catch {
		return undefined;
	}
}

/** Keeps the changes of a record (`id`: its own, or what stands for a new one); forgets them when there are none. */
export function keepDraft(collection: Collection, id: string, draft: Omit<Draft, 'at'>): void {
	const names = new Set(collection.fields.filter(isKept).map((field) => field.name));
	const changes = Object.fromEntries(Object.entries(draft.changes).filter(([name]) => names.has(name)));
	if (Object.keys(changes).length === 0) return dropDraft(collection, id);
	try {
		localStorage.setItem(key(collection, id), JSON.stringify({ at: Date.now(), changes, base: draft.base }));
	} catch {
		// The storage is full: the changes stay on the screen, and leaving asks.
	}
}

export function dropDraft(collection: Collection, id: string): void {
	localStorage.removeItem(key(collection, id));
}
