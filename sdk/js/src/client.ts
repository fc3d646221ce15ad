import PocketBase from "pocketbase";
import type { BaseAuthStore, RecordModel, RecordOptions, RecordService } from "pocketbase";
import { Feed } from "./feed.js";
import type { FeedHandler, FeedOptions } from "./feed.js";
import { Line } from "./line.js";

/** What is known of one collection; `cratebase types` writes an interface of these, by collection name. */
export interface CollectionTypes {
    record: object;
    create: object;
    update: object;
}

/** The record service of a collection that is known. */
export type TypedService<T extends CollectionTypes> = Omit<RecordService<T["record"]>, "create" | "update"> & {
    create(body: T["create"] | FormData, options?: RecordOptions): Promise<T["record"]>;
    update(id: string, body: T["update"] | FormData, options?: RecordOptions): Promise<T["record"]>;
};

type RecordOf<T> = T extends CollectionTypes ? T["record"] : RecordModel;

/** The record that a topic (`posts`, `posts/*`, `posts/ID`) is about. */
export type TopicRecord<Schema, Topic extends string> = Topic extends keyof Schema
    ? RecordOf<Schema[Topic]>
    : Topic extends `${infer Name}/${string}`
      ? Name extends keyof Schema
          ? RecordOf<Schema[Name]>
          : RecordModel
      : RecordModel;

/** A PocketBase client that also follows the change feed. */
export class Cratebase<Schema extends { [Name in keyof Schema]: CollectionTypes } = {}> extends PocketBase {
    /** The WebSocket to use where the runtime has none of its own. */
    WebSocket?: typeof WebSocket;
    readonly #line: Line;

    constructor(baseURL?: string, authStore?: BaseAuthStore | null, lang?: string) {
        super(baseURL, authStore, lang);
        this.#line = new Line({
            url: () => this.buildURL("/api/realtime/ws").replace(/^http/, "ws"),
            token: () => (this.authStore.isValid ? this.authStore.token : ""),
            socket: () => this.WebSocket ?? globalThis.WebSocket,
        });
        let known = this.authStore.record?.id;
        this.authStore.onChange((_token, record) => {
            this.#line.identify(record?.id !== known);
            known = record?.id;
        });
    }

    /**
     * Follows what happens to `collection` (or `collection/*`), or to one record (`collection/ID`): every change once and in
     * order, across lost connections. Resolves when the server has agreed; rejects when it refuses.
     *
     * Events are handled one after the other; one whose handler returns a promise ends with that.
     */
    async feed<Topic extends string>(
        topic: Topic,
        handler: FeedHandler<TopicRecord<Schema, Topic>>,
        options: FeedOptions = {},
    ): Promise<Feed<TopicRecord<Schema, Topic>>> {
        const feed = new Feed<TopicRecord<Schema, Topic>>(topic.includes("/") ? topic : `${topic}/*`, handler, options, this.#line);
        await feed.ready;
        return feed;
    }

    override collection<Name extends keyof Schema & string>(idOrName: Name): TypedService<Schema[Name]>;
    override collection<M = RecordModel>(idOrName: string): RecordService<M>;
    override collection(idOrName: string): any {
        return super.collection(idOrName);
    }
}
