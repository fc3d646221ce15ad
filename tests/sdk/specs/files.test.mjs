import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { collection, failure, guest, superuser, tidy } from "./world.mjs";

const file = (name, text = name) => new File([text], name, { type: "text/plain" });

describe("files", () => {
    let su, pb, albums;

    after(() => tidy(su));

    before(async () => {
        su = await superuser();
        pb = guest();
        albums = await collection(su, {
            prefix: "albums",
            fields: [
                { name: "title", type: "text" },
                { name: "data", type: "json" },
                { name: "cover", type: "file", maxSelect: 1, maxSize: 1000 },
                { name: "pages", type: "file", maxSelect: 3 },
            ],
        });
    });

    const all = () => pb.collection(albums.name);

    it("uploads one and several, beside JSON", async () => {
        const made = await all().create({ title: "a", data: { deep: [1, { x: true }] }, cover: file("Cover Art.txt", "hello"), pages: [file("one.txt"), file("two.txt")] });
        assert.match(made.cover, /^cover_art_[a-z0-9]{10}\.txt$/);
        assert.equal(made.pages.length, 2);
        assert.deepEqual(made.data, { deep: [1, { x: true }] });
    });

    it("replaces a file", async () => {
        const made = await all().create({ cover: file("first.txt", "1") });
        const changed = await all().update(made.id, { cover: file("second.txt", "2") });
        assert.match(changed.cover, /^second_[a-z0-9]{10}\.txt$/);
    });

    it("appends, keeps, removes and clears", async () => {
        const made = await all().create({ pages: [file("one.txt"), file("two.txt")] });
        const [one, two] = made.pages;
        const three = await all().update(made.id, { "pages+": file("three.txt") });
        assert.deepEqual(three.pages.slice(0, 2), [one, two]);
        assert.equal(three.pages.length, 3);
        await failure(all().update(made.id, { "pages+": file("four.txt") }), 400);
        const without = await all().update(made.id, { "pages-": one });
        assert.deepEqual(without.pages, three.pages.slice(1));
        const mixed = await all().update(made.id, { pages: [two, file("new.txt")] });
        assert.equal(mixed.pages[0], two);
        assert.equal(mixed.pages.length, 2);
        const cleared = await all().update(made.id, { pages: [] });
        assert.deepEqual(cleared.pages, []);
    });

    it("reports what is wrong with a file", async () => {
        const error = await failure(all().create({ cover: file("big.txt", "x".repeat(1001)) }), 400);
        assert.equal(error.response.data.cover.code, "validation_file_size_limit");
        const ghost = await failure(all().create({ cover: "ghost.txt" }), 400);
        assert.equal(ghost.response.data.cover.code, "validation_invalid_file");
    });

    it("serves what was uploaded, protected files with a token, pictures in small", async () => {
        const made = await all().create({ cover: file("a.txt", "hello") });
        assert.equal(await (await fetch(pb.files.getURL(made, made.cover))).text(), "hello");
        const owned = await collection(su, {
            prefix: "owned",
            viewRule: "@request.auth.collectionName = '_superusers'",
            fields: [
                { name: "secret", type: "file", maxSelect: 1, protected: true },
                { name: "photo", type: "file", maxSelect: 1, thumbs: ["2x0"] },
            ],
        });
        const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
        const photo = new File([Buffer.from(pixel, "base64")], "dot.png");
        const record = await su.collection(owned.name).create({ secret: file("s.txt", "secret"), photo });
        assert.equal((await fetch(su.files.getURL(record, record.secret))).status, 404);
        const token = await su.files.getToken();
        assert.equal(await (await fetch(su.files.getURL(record, record.secret, { token }))).text(), "secret");
        const small = Buffer.from(await (await fetch(pb.files.getURL(record, record.photo, { thumb: "2x0" }))).arrayBuffer());
        assert.deepEqual([small.readUInt32BE(16), small.readUInt32BE(20)], [2, 2]);
        const saved = await fetch(pb.files.getURL(record, record.photo, { download: true }));
        assert.match(saved.headers.get("content-disposition"), /^attachment/);
    });
});
