import { client } from './client';
import type { Row } from './record';

/** What happened to a record; `resumed` after a break, when any number of changes may have been missed. */
export type Change = { action: 'create' | 'update' | 'delete'; record: Row } | { action: 'resumed' };
type Listener = (change: Change) => void;

const RETRY_MS = [250, 500, 1000, 2000, 5000];

/**
 * The changes of records as they happen, over one stream for the whole page. The stream is open only while somebody
 * listens and the page is in sight: browsers allow a server six connections, and every tab would take one.
 */
class Realtime {
	#listeners = new Map<string, Set<Listener>>();
	#source: EventSource | undefined;
	#clientId = '';
	#failures = 0;
	#retry: ReturnType<typeof setTimeout> | undefined;
	#posting = false;
	#broken = false;

	constructor() {
		document.addEventListener('visibilitychange', () => {
			if (document.hidden) this.#close('broken');
			else this.#open();
		});
	}

	/** Calls back for every change the topic delivers, until the returned function is called. */
	subscribe(collection: string, id: string, expand: string, listener: Listener): () => void {
		const options = expand && '?options=' + encodeURIComponent(JSON.stringify({ query: { expand } }));
		const topic = `${collection}/${id}${options}`;
		const listeners = this.#listeners.get(topic) ?? new Set();
		listeners.add(listener);
		this.#listeners.set(topic, listeners);
		if (listeners.size === 1) this.#source?.addEventListener(topic, this.#deliver);
		this.#open();
		this.#announce();
		return () => {
			listeners.delete(listener);
			if (listeners.size > 0 || this.#listeners.get(topic) !== listeners) return;
			this.#listeners.delete(topic);
			this.#source?.removeEventListener(topic, this.#deliver);
			this.#announce();
		};
	}

	#open(): void {
		if (this.#source || this.#listeners.size === 0 || document.hidden) return;
		clearTimeout(this.#retry);
		const source = (this.#source = new EventSource('/api/realtime'));
		for (const topic of this.#listeners.keys()) source.addEventListener(topic, this.#deliver);
		source.addEventListener('PB_CONNECT', (event) => {
			this.#clientId = event.lastEventId;
			this.#failures = 0;
			this.#announce();
		});
		// The browser's own retries would keep the old subscriptions' names on a new client.
		source.onerror = () => {
			this.#close('broken');
			const wait = RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)];
			this.#retry = setTimeout(() => this.#open(), wait);
		};
	}

	#close(why: 'broken' | 'unused'): void {
		if (!this.#source) return;
		this.#source.close();
		this.#source = undefined;
		this.#clientId = '';
		this.#broken = why === 'broken';
	}

	/** Tells the server the topics, once for all that changed in the same moment. */
	#announce(): void {
		if (this.#posting) return;
		this.#posting = true;
		queueMicrotask(() => {
			this.#posting = false;
			void this.#post();
		});
	}

	async #post(): Promise<void> {
		if (this.#listeners.size === 0) return this.#close('unused');
		const clientId = this.#clientId;
		if (!clientId) return;
		try {
			await client.post('/api/realtime', { body: { clientId, subscriptions: [...this.#listeners.keys()] } });
		} catch {
			// Another account has signed in, or the stream is gone already: begin anew.
			if (this.#clientId === clientId) this.#source?.onerror?.(new Event('error'));
			return;
		}
		if (!this.#broken) return;
		this.#broken = false;
		for (const listener of [...this.#listeners.values()].flatMap((some) => [...some])) listener({ action: 'resumed' });
	}

	#deliver = (event: MessageEvent): void => {
		const change = JSON.parse(String(event.data)) as Change;
		for (const listener of this.#listeners.get(event.type) ?? []) listener(change);
	};
}

export const realtime = new Realtime();
