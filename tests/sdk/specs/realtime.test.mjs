import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { EventSource } from "eventsource";
import { collection, guest, login, people, superuser, tidy } from "./world.mjs";

globalThis.EventSource = EventSource;

/** Events of a subscription, to be awaited one by one. */
function inbox() {
    const events = [];
    let wake = () => {};
    const take = async () => {
        while (events.length === 0) {
            await new Promise((resolve, reject) => {
                const timer = setTimeout(() => reject(new Error("no event in time")), 10_000);
                wake = () => (clearTimeout(timer), resolve());
            });
        }
        return events.shift();
    };
    const put = (event) => (events.push(event), wake());
    return { put, take, events };
}

describe("realtime", () => {
    let su, posts, authors;
    const clients = [];
    const client = () => (clients.push(guest()), clients.at(-1));

    before(async () => {
        su = await superuser();
        authors = await collection(su, { prefix: "authors", fields: [{ name: "name", type: "text" }] });
        posts = await collection(su, {
            prefix: "live",
            fields: [
                { name: "title", type: "text" },
                { name: "author", type: "relation", collectionId: authors.id, maxSelect: 1 },
            ],
        });
    });

    after(async () => {
        for (const pb of clients) await pb.realtime.unsubscribe();
        await su.realtime.unsubscribe();
        await tidy(su);
    });

    it("tells create, update and delete to *, by name and by id", async () => {
        for (const key of [posts.name, posts.id]) {
            const pb = client();
            const { put, take } = inbox();
            await pb.collection(key).subscribe("*", put);
            const made = await su.collection(posts.name).create({ title: "a" });
            assert.deepEqual(await take(), { action: "create", record: made });
            const changed = await su.collection(posts.name).update(made.id, { title: "b" });
            assert.deepEqual(await take(), { action: "update", record: changed });
            await su.collection(posts.name).delete(made.id);
            assert.deepEqual(await take(), { action: "delete", record: changed });
        }
    });

    it("tells of one record to its id alone, until unsubscribed", async () => {
        const pb = client();
        const [one, other] = [await su.collection(posts.name).create({}), await su.collection(posts.name).create({})];
        const [single, all] = [inbox(), inbox()];
        const stop = await pb.collection(posts.name).subscribe(one.id, single.put);
        await pb.collection(posts.name).subscribe("*", all.put);
        await su.collection(posts.name).update(other.id, { title: "other" });
        await su.collection(posts.name).update(one.id, { title: "one" });
        assert.equal((await single.take()).record.title, "one");
        await stop();
        await su.collection(posts.name).update(one.id, { title: "two" });
        for (const title of ["other", "one", "two"]) assert.equal((await all.take()).record.title, title);
        assert.deepEqual(single.events, []);
    });

    it("filters, expands and picks by options", async () => {
        const pb = client();
        const { put, take } = inbox();
        const author = await su.collection(authors.name).create({ name: "Ann" });
        const filter = pb.filter("title = {:title}", { title: "yes" });
        await pb.collection(posts.name).subscribe("*", put, { filter, expand: "author", fields: "title,expand.author.name" });
        await su.collection(posts.name).create({ title: "no", author: author.id });
        await su.collection(posts.name).create({ title: "yes", author: author.id });
        const expected = { title: "yes", expand: { author: { name: "Ann" } } };
        assert.deepEqual(await take(), { action: "create", record: expected });
    });

    it("tells each account what its rules show", async () => {
        const { created, users } = await people(su, ["ann", "ben"]);
        const notes = await collection(su, {
            prefix: "notes",
            listRule: "owner = @request.auth.id",
            fields: [
                { name: "text", type: "text" },
                { name: "owner", type: "relation", collectionId: created.id, maxSelect: 1 },
            ],
        });
        const boxes = {};
        for (const name of ["ann", "ben"]) {
            const pb = await login(created, name);
            clients.push(pb);
            boxes[name] = inbox();
            await pb.collection(notes.name).subscribe("*", boxes[name].put);
        }
        for (const name of ["ann", "ben", "ann"]) await su.collection(notes.name).create({ text: name, owner: users[name].id });
        assert.equal((await boxes.ann.take()).record.text, "ann");
        assert.equal((await boxes.ann.take()).record.text, "ann");
        assert.equal((await boxes.ben.take()).record.text, "ben");
        assert.deepEqual(boxes.ben.events, []);
    });

    it("lets a guest's stream become an account's, and no other's", async () => {
        const { created } = await people(su, ["cat", "dan"]);
        const pb = client();
        await pb.collection(posts.name).subscribe("*", () => {});
        await pb.collection(created.name).authWithPassword("cat@example.com", "secret1234");
        await pb.collection(posts.name).subscribe("x", () => {});
        await pb.collection(created.name).authWithPassword("dan@example.com", "secret1234");
        await assert.rejects(pb.collection(posts.name).subscribe("y", () => {}), (error) => error.status === 403);
    });

    it("goes on after the connection was lost", async () => {
        const pb = client();
        const { put, take } = inbox();
        await pb.collection(posts.name).subscribe("*", put);
        const lost = pb.realtime.clientId;
        const connected = inbox();
        await pb.realtime.subscribe("PB_CONNECT", connected.put);
        pb.realtime.eventSource.onerror(new Error("lost"));
        while (pb.realtime.clientId === lost || !pb.realtime.isConnected) await connected.take();
        // The subscriptions follow the greeting in a request of their own, which this one replaces.
        await pb.realtime.subscribe("later", () => {});
        await su.collection(posts.name).create({ title: "again" });
        assert.equal((await take()).record.title, "again");
    });
});
