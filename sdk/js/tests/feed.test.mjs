import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { inbox, posts, Server, storage } from "./server.mjs";

/** `action title` of an event of one record. */
const told = ({ action, record }) => `${action} ${record.title ?? ""}`.trim();

describe("the feed", () => {
    let server, su;
    const feeds = [];
    const follow = async (client, topic, handler, options) => {
        const feed = await client.feed(topic, handler, options);
        feeds.push(feed);
        return feed;
    };

    before(async () => {
        server = await Server.start();
        su = await server.superuser();
        await su.collections.create(posts);
    });

    after(async () => {
        for (const feed of feeds) feed.close();
        await server.remove();
    });

    it("is a PocketBase client besides", async () => {
        const made = await server.guest().collection("posts").create({ title: "plain" });
        assert.equal((await su.collection("posts").getOne(made.id)).title, "plain");
        await su.collection("posts").delete(made.id);
    });

    it("tells what happens, in order and with numbers that grow", async () => {
        const { put, take } = inbox();
        const feed = await follow(server.guest(), "posts", put, { filter: "views < 10" });
        const made = await su.collection("posts").create({ title: "a", views: 1 });
        await su.collection("posts").update(made.id, { views: 20 });
        await su.collection("posts").update(made.id, { views: 2, title: "b" });
        await su.collection("posts").delete(made.id);
        const events = [await take(), await take(), await take(), await take()];
        assert.deepEqual(events.map(told), ["create a", "leave", "enter b", "delete b"]);
        assert.deepEqual(events[1].record, { id: made.id, collectionId: made.collectionId, collectionName: "posts" });
        for (const [at, event] of events.slice(1).entries()) assert(event.seq > events[at].seq);
        assert.equal(feed.seq, events[3].seq);
    });

    it("follows one record, expands nothing unasked, and ends when closed", async () => {
        const [one, other] = [await su.collection("posts").create({ title: "one" }), await su.collection("posts").create({ title: "other" })];
        const { put, take, waiting } = inbox();
        const client = server.guest();
        const feed = await follow(client, `posts/${one.id}`, put, { fields: "title" });
        const all = inbox();
        await follow(client, "posts/*", all.put, { fields: "title" });
        await su.collection("posts").update(other.id, { title: "unheard" });
        await su.collection("posts").update(one.id, { title: "heard" });
        assert.deepEqual((await take()).record, { title: "heard" });
        feed.close();
        await su.collection("posts").update(one.id, { title: "too late" });
        for (const title of ["unheard", "heard", "too late"]) assert.equal((await all.take()).record.title, title);
        assert.deepEqual(waiting, []);
        for (const { id } of [one, other]) await su.collection("posts").delete(id);
    });

    it("begins with a snapshot and goes on without gap or overlap", async () => {
        const titles = Array.from({ length: 60 }, (_, n) => `s${n}`);
        const writing = (async () => {
            for (const title of titles) await su.collection("posts").create({ title });
        })();
        const { put, take } = inbox();
        await follow(server.guest(), "posts", put, { snapshot: true });
        const snapshot = await take();
        assert.equal(snapshot.action, "snapshot");
        const seen = snapshot.records.map((record) => record.title);
        while (seen.length < titles.length) seen.push((await take()).record.title);
        assert.deepEqual(seen, titles);
        await writing;
        await su.collections.truncate("posts");
    });

    it("loses nothing when the server is stopped or killed", async () => {
        const { put, take } = inbox();
        await follow(server.guest(), "posts", put);
        const expected = [];
        for (const [round, signal] of ["SIGKILL", "SIGTERM", "SIGKILL"].entries()) {
            for (const n of [1, 2, 3]) {
                await su.collection("posts").create({ title: `${round}.${n}` });
                expected.push(`create ${round}.${n}`);
            }
            await server.end(signal);
            await server.serve();
            await su.collection("posts").create({ title: `${round} missed` });
            expected.push(`create ${round} missed`);
        }
        for (const event of expected) assert.equal(told(await take()), event);
        await su.collections.truncate("posts");
    });

    it("goes on where the last page left off", async () => {
        const kept = storage();
        const first = inbox();
        const page = await server.guest().feed("posts", first.put, { resume: "list", storage: kept });
        await su.collection("posts").create({ title: "seen" });
        assert.equal(told(await first.take()), "create seen");
        await new Promise((next) => setImmediate(next));
        page.close();
        await su.collection("posts").create({ title: "missed" });
        const second = inbox();
        await follow(server.guest(), "posts", second.put, { resume: "list", storage: kept, snapshot: true });
        await su.collection("posts").create({ title: "live" });
        assert.equal(told(await second.take()), "create missed");
        assert.equal(told(await second.take()), "create live");
        await su.collections.truncate("posts");
    });

    it("says reset, or starts over with a snapshot, where the history does not reach back", async () => {
        await su.collection("posts").create({ title: "there" });
        const [plain, whole] = [inbox(), inbox()];
        await follow(server.guest(), "posts", plain.put, { since: 999_999_999 });
        await follow(server.guest(), "posts", whole.put, { since: 999_999_999, snapshot: true });
        assert.equal((await plain.take()).action, "reset");
        const { action, records } = await whole.take();
        assert.deepEqual([action, records.map((record) => record.title)], ["snapshot", ["there"]]);
        await su.collection("posts").create({ title: "next" });
        for (const { take } of [plain, whole]) assert.equal(told(await take()), "create next");
        await su.collections.truncate("posts");
    });

    it("is the caller's: who signs in or out starts over", async () => {
        await su.collections.create({
            name: "notes",
            type: "base",
            listRule: "owner = @request.auth.id || owner = ''",
            fields: [{ name: "owner", type: "text" }],
        });
        const account = { email: "ann@example.com", password: "correct-horse-9", passwordConfirm: "correct-horse-9" };
        const ann = await su.collection("users").create(account);
        for (const owner of ["", ann.id]) await su.collection("notes").create({ owner });
        const client = server.guest();
        const { put, take } = inbox();
        await follow(client, "notes", put, { snapshot: true });
        const owners = async () => (await take()).records.map((record) => record.owner);
        assert.deepEqual(await owners(), [""]);
        await client.collection("users").authWithPassword(account.email, account.password);
        assert.deepEqual(await owners(), ["", ann.id]);
        await su.collection("notes").create({ owner: ann.id });
        assert.equal((await take()).record.owner, ann.id);
        client.authStore.clear();
        assert.deepEqual(await owners(), [""]);
    });

    it("rejects what the server refuses", async () => {
        await assert.rejects(server.guest().feed("nowhere", () => {}), (error) => error.status === 404);
        await assert.rejects(server.guest().feed("posts", () => {}, { filter: "nothing =" }), (error) => error.status === 404);
    });

    it("ends with the first failure of its handler", async () => {
        const failed = inbox();
        let calls = 0;
        const handler = () => {
            calls++;
            throw new Error("mine");
        };
        const client = server.guest();
        await follow(client, "posts", handler, { onError: failed.put });
        const other = inbox();
        await follow(client, "posts", other.put);
        for (const title of ["one", "two"]) await su.collection("posts").create({ title });
        assert.equal((await failed.take()).message, "mine");
        for (const title of ["one", "two"]) assert.equal((await other.take()).record.title, title);
        assert.equal(calls, 1);
        await su.collections.truncate("posts");
    });
});
