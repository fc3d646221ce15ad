export { Cratebase } from "./client.js";
export type { CollectionTypes, TopicRecord, TypedService } from "./client.js";
export { Feed } from "./feed.js";
export type { FeedEvent, FeedHandler, FeedOptions, RecordRef, SeqStorage } from "./feed.js";
