import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { collection, failure, guest, superuser, tidy } from "./world.mjs";

describe("records", () => {
    let su, pb, posts, tags;

    after(() => tidy(su));

    before(async () => {
        su = await superuser();
        pb = guest();
        tags = await collection(su, { prefix: "tags", fields: [{ name: "label", type: "text" }] });
        posts = await collection(su, {
            prefix: "posts",
            fields: [
                { name: "title", type: "text", max: 50 },
                { name: "n", type: "number" },
                { name: "live", type: "bool" },
                { name: "day", type: "date" },
                { name: "data", type: "json" },
                { name: "kind", type: "select", values: ["a", "b", "c"], maxSelect: 3 },
                { name: "tag", type: "relation", collectionId: tags.id, maxSelect: 1 },
                { name: "tags", type: "relation", collectionId: tags.id, maxSelect: 5 },
                { name: "created", type: "autodate", onCreate: true },
                { name: "updated", type: "autodate", onCreate: true, onUpdate: true },
            ],
        });
    });

    const all = () => pb.collection(posts.name);

    it("creates, reads, changes and deletes", async () => {
        const made = await all().create({ title: "one", n: 1.5, live: true, day: new Date("2024-02-03T04:05:06.789Z"), data: { a: [1] }, kind: ["a"] });
        assert.match(made.id, /^[a-z0-9]{15}$/);
        assert.equal(made.collectionName, posts.name);
        assert.equal(made.day, "2024-02-03 04:05:06.789Z");
        assert.deepEqual(made.data, { a: [1] });
        assert.match(made.created, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z$/);

        assert.deepEqual(await all().getOne(made.id), made);
        const changed = await all().update(made.id, { title: "two", "n+": 2, "kind+": ["b"], live: null });
        assert.deepEqual([changed.title, changed.n, changed.kind, changed.live], ["two", 3.5, ["a", "b"], false]);
        assert.equal(await all().delete(made.id), true);
        await failure(all().getOne(made.id), 404);
    });

    it("takes FormData and plain objects alike", async () => {
        const form = new FormData();
        form.append("title", "form");
        form.append("n", "7");
        form.append("kind", "a");
        form.append("kind", "c");
        const made = await all().create(form);
        assert.deepEqual([made.title, made.n, made.kind], ["form", 7, ["a", "c"]]);
        await all().delete(made.id);
    });

    it("reports field errors as ClientResponseError", async () => {
        const error = await failure(all().create({ title: "x".repeat(51), kind: ["zzz"] }), 400);
        assert.equal(error.message, "Failed to create record.");
        assert.equal(error.response.data.title.code, "validation_max_text_constraint");
        assert.deepEqual(error.response.data.title.params, { max: 50 });
        assert.equal(error.response.data.kind.code, "validation_invalid_value");
        assert.match(error.url, new RegExp(`/api/collections/${posts.name}/records$`));
        assert.equal(error.isAbort, false);
        await failure(pb.collection("no_such_collection").getList(), 404);
        await failure(all().update("nobodynobodynob", {}), 404);
        await failure(all().delete("nobodynobodynob"), 404);
    });

    it("answers an empty id on the client's side", async () => {
        await failure(all().getOne(""), 404);
    });

    it("cancels a pending request that is asked again", async () => {
        const impatient = guest().autoCancellation(true);
        const first = impatient.collection(posts.name).getList().catch((error) => error);
        const second = await impatient.collection(posts.name).getList();
        assert.equal((await first).isAbort, true);
        assert.equal(second.page, 1);
    });

    describe("lists", () => {
        let red, green, rows;

        before(async () => {
            red = await pb.collection(tags.name).create({ label: "red" });
            green = await pb.collection(tags.name).create({ label: "green" });
            rows = [];
            for (let n = 1; n <= 12; n++) {
                rows.push(await all().create({ title: `row ${n}`, n, live: n % 2 === 0, tag: n % 2 ? red.id : green.id, tags: n === 12 ? [green.id, red.id] : [], day: `2024-01-${String(n).padStart(2, "0")} 00:00:00.000Z` }));
            }
        });

        it("pages with totals", async () => {
            const page = await all().getList(2, 5, { sort: "n" });
            assert.deepEqual([page.page, page.perPage, page.totalItems, page.totalPages], [2, 5, 12, 3]);
            assert.deepEqual(page.items.map((item) => item.n), [6, 7, 8, 9, 10]);
        });

        it("skips totals on demand", async () => {
            const page = await all().getList(1, 3, { sort: "-n", skipTotal: true });
            assert.deepEqual([page.totalItems, page.totalPages, page.items.length], [-1, -1, 3]);
        });

        it("fetches everything in batches", async () => {
            assert.equal((await all().getFullList({ batch: 5, sort: "n" })).length, 12);
            assert.deepEqual((await all().getFullList({ sort: "-n" })).map((item) => item.n)[0], 12);
        });

        it("finds the first match, or none", async () => {
            assert.equal((await all().getFirstListItem("n > 10", { sort: "n" })).n, 11);
            const error = await failure(all().getFirstListItem("n > 1000"), 404);
            assert.equal(error.response.message, "The requested resource wasn't found.");
        });

        it("binds values into filters", async () => {
            const odd = await all().create({ title: `it's "odd" \\ \n ☃`, n: 100, live: true, day: new Date("2030-01-01") });
            const by = (expression, values) => all().getList(1, 50, { filter: pb.filter(expression, values), sort: "n" }).then((page) => page.items.map((item) => item.n));
            assert.deepEqual(await by("title = {:t}", { t: odd.title }), [100]);
            assert.deepEqual(await by("n > {:n} && live = {:live}", { n: 10, live: true }), [12, 100]);
            assert.deepEqual(await by("day >= {:day}", { day: new Date("2024-01-11T00:00:00Z") }), [11, 12, 100]);
            assert.deepEqual(await by("tag = {:none}", { none: null }), [100]);
            assert.deepEqual(await by("title ~ {:t} && (n = {:a} || n = {:b})", { t: "ROW", a: 1, b: 2 }), [1, 2]);
            await all().delete(odd.id);
        });

        it("sorts by several fields and through relations", async () => {
            const page = await all().getList(1, 50, { sort: "-tag.label,n" });
            assert.deepEqual(page.items.map((item) => item.n), [1, 3, 5, 7, 9, 11, 2, 4, 6, 8, 10, 12]);
        });

        it("expands relations both ways", async () => {
            const last = await all().getOne(rows[11].id, { expand: "tag,tags" });
            assert.equal(last.expand.tag.label, "green");
            assert.deepEqual(last.expand.tags.map((tag) => tag.label), ["green", "red"]);
            const tag = await pb.collection(tags.name).getOne(red.id, { expand: `${posts.name}_via_tags` });
            assert.deepEqual(tag.expand[`${posts.name}_via_tags`].map((post) => post.n), [12]);
        });

        it("picks fields", async () => {
            const page = await all().getList(1, 1, { sort: "n", fields: "n,expand.tag.label,title:excerpt(3,true)", expand: "tag" });
            assert.deepEqual(page.items, [{ n: 1, title: "row...", expand: { tag: { label: "red" } } }]);
        });

        it("refuses a broken filter and a broken sort", async () => {
            await failure(all().getList(1, 1, { filter: "n >" }), 400);
            await failure(all().getList(1, 1, { sort: "zzz" }), 400);
            await failure(all().getList(1, 1, { filter: "@request.auth.id = ''" }), 403);
        });

        it("sends own headers and query parameters", async () => {
            const page = await all().getList(1, 1, { headers: { "X-Anything": "1" }, query: { filter: "n = 3" } });
            assert.equal(page.items[0].n, 3);
        });
    });
});
