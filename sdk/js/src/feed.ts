import { ClientResponseError } from "pocketbase";
import type { Line, Subscriber } from "./line.js";

/** A record that is no longer to be seen. */
export interface RecordRef {
    id: string;
    collectionId: string;
    collectionName: string;
}

export type FeedEvent<T> =
    /** Everything there is: replaces what was told before. */
    | { action: "snapshot"; seq: number; records: T[] }
    /** `enter`: an update that moved the record into the filter or rule. */
    | { action: "create" | "update" | "enter" | "delete"; seq: number; record: T }
    /** An update that moved the record out of the filter or rule. */
    | { action: "leave"; seq: number; record: RecordRef }
    /** Some changes are no longer known: read everything again. Feeds with `snapshot` get one instead. */
    | { action: "reset"; seq: number };

export type FeedHandler<T> = (event: FeedEvent<T>) => unknown;

/** Where the number of the last handled change is kept; `localStorage` is one. */
export interface SeqStorage {
    getItem(key: string): string | null;
    setItem(key: string, value: string): void;
}

export interface FeedOptions {
    filter?: string;
    expand?: string;
    fields?: string;
    /** What rules see as `@request.query` … */
    query?: Record<string, string>;
    /** … and as `@request.headers`. */
    headers?: Record<string, string>;
    /** Begin with everything there is, and again whenever changes were missed for good or the caller is someone else. */
    snapshot?: boolean;
    /** Begin with what followed this change. */
    since?: number;
    /**
     * A name under which the last handled change is remembered, so that the feed goes on from it after the page was
     * reloaded. For those who also keep what they were told.
     */
    resume?: string;
    /** Where that is remembered; `localStorage` by default. */
    storage?: SeqStorage;
    /** A handler failed, or the server refuses a feed that it had agreed to. The feed has ended. */
    onError?: (error: unknown) => void;
}

const BUSY_MS = 1000;

/** One subscription to the change feed. */
export class Feed<T> implements Subscriber {
    readonly id: string;
    /** Resolves when the server has agreed. */
    readonly ready: Promise<void>;
    readonly #topic: string;
    readonly #handler: FeedHandler<T>;
    readonly #options: FeedOptions;
    readonly #line: Line;
    readonly #storage: SeqStorage | undefined;
    #agreed: (() => void) | undefined;
    #refused: ((error: unknown) => void) | undefined;
    /** The last change received; unknown before there was any, and while a snapshot is on its way. */
    #seq: number | undefined;
    #starting = false;
    #records: T[] = [];
    #queue: Promise<void> = Promise.resolve();
    #closed = false;

    constructor(topic: string, handler: FeedHandler<T>, options: FeedOptions, line: Line) {
        this.#topic = topic;
        this.#handler = handler;
        this.#options = options;
        this.#line = line;
        this.id = line.nextId();
        if (options.resume !== undefined) {
            this.#storage = options.storage ?? globalThis.localStorage;
            if (!this.#storage) throw new Error("There is no localStorage here: resume needs a storage.");
        }
        this.#seq = this.#remembered() ?? options.since;
        this.ready = new Promise((agreed, refused) => {
            this.#agreed = agreed;
            this.#refused = refused;
        });
        line.add(this);
    }

    /** The last change it knows of. */
    get seq(): number | undefined {
        return this.#seq;
    }

    /** Ends it: no event follows. */
    close(): void {
        this.#closed = true;
        this.#line.remove(this);
    }

    wish(): object {
        const { filter, expand, fields, query, headers, snapshot } = this.#options;
        const wish = { type: "subscribe", id: this.id, topic: this.#topic, filter, expand, fields, query, headers };
        this.#records = [];
        this.#starting = this.#seq === undefined && snapshot === true;
        return this.#starting ? { ...wish, snapshot } : { ...wish, since: this.#seq };
    }

    receive(message: any): void {
        switch (message.type) {
            case "subscribed":
                this.#seq ??= message.seq;
                this.#refused = undefined;
                this.#agreed?.();
                break;
            case "snapshot":
                for (const record of message.items) this.#records.push(record);
                if (message.last) {
                    this.#starting = false;
                    this.#seq = message.seq;
                    this.#tell({ action: "snapshot", seq: message.seq, records: this.#records.splice(0) });
                }
                break;
            case "event":
                // Before a snapshot nothing counts, and nothing is told twice.
                if (this.#starting || message.seq <= (this.#seq ?? -1)) break;
                this.#seq = message.seq;
                this.#tell({ action: message.action, seq: message.seq, record: message.record });
                break;
            case "reset":
                if (this.#options.snapshot) {
                    this.#startOver();
                } else {
                    this.#seq = message.seq;
                    this.#tell({ action: "reset", seq: message.seq });
                }
                break;
            case "error":
                // It is busy now.
                if (message.error.status === 503) setTimeout(() => this.#line.renew(this), BUSY_MS);
                else this.#fail(new ClientResponseError({ status: message.error.status, response: message.error }));
        }
    }

    identified(): void {
        if (this.#options.snapshot) this.#startOver();
    }

    #startOver(): void {
        this.#seq = undefined;
        this.#line.renew(this);
    }

    #tell(event: FeedEvent<T>): void {
        const handle = async () => {
            if (this.#closed) return;
            await this.#handler(event);
            this.#storage?.setItem(this.#key(), String(event.seq));
        };
        this.#queue = this.#queue.then(handle).catch((error) => this.#fail(error));
    }

    #fail(error: unknown): void {
        if (this.#closed) return;
        this.close();
        if (this.#refused) this.#refused(error);
        else if (this.#options.onError) this.#options.onError(error);
        else console.error("A feed has ended:", error);
    }

    #key(): string {
        return `cratebase:${this.#options.resume}`;
    }

    #remembered(): number | undefined {
        const seq = Number.parseInt(this.#storage?.getItem(this.#key()) ?? "", 10);
        return Number.isNaN(seq) ? undefined : seq;
    }
}
