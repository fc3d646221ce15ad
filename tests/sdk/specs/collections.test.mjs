import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { collection, failure, guest, superuser, tidy, unique } from "./world.mjs";

describe("collections", () => {
    let su;

    after(() => tidy(su));

    before(async () => {
        su = await superuser();
    });

    it("creates, reads, changes and deletes", async () => {
        const name = unique("made");
        const made = await su.collections.create({ name, type: "base", fields: [{ name: "t", type: "text" }] });
        assert.match(made.id, /^pbc_\d+$/);
        assert.deepEqual(made.fields.map((field) => field.name), ["id", "t"]);
        assert.equal(made.listRule, null);
        assert.deepEqual(await su.collections.getOne(name), made);

        made.fields[1].name = "title";
        made.fields.push({ name: "n", type: "number" });
        const changed = await su.collections.update(name, { fields: made.fields, listRule: "n > 0", indexes: [`CREATE INDEX idx_${name} ON ${name} (n)`] });
        assert.deepEqual(changed.fields.map((field) => field.name), ["id", "title", "n"]);
        assert.equal(changed.fields[1].id, made.fields[1].id);
        assert.equal(changed.indexes.length, 1);

        assert.equal(await su.collections.delete(made.id), true);
        await failure(su.collections.getOne(name), 404);
    });

    it("lists", async () => {
        const found = await su.collections.getFullList({ filter: "system = true", sort: "name" });
        assert.ok(found.some((entry) => entry.name === "_superusers"));
        const page = await su.collections.getList(1, 2, { sort: "name" });
        assert.equal(page.items.length, 2);
        assert.equal((await su.collections.getFirstListItem("name = 'users'")).type, "auth");
    });

    it("keeps data when a field is renamed", async () => {
        const made = await collection(su, { fields: [{ name: "old", type: "text" }] });
        const row = await su.collection(made.name).create({ old: "kept" });
        made.fields[1].name = "fresh";
        await su.collections.update(made.id, { fields: made.fields });
        assert.equal((await su.collection(made.name).getOne(row.id)).fresh, "kept");
    });

    it("says which field of the definition is wrong", async () => {
        const error = await failure(su.collections.create({ name: "with space", type: "base", fields: [{ name: "s", type: "select", values: [] }], listRule: "zzz = 1" }), 400);
        assert.equal(error.response.data.name.code, "validation_match_invalid");
        assert.equal(error.response.data.fields[1].values.code, "validation_required");
    });

    it("imports", async () => {
        const [one, two] = [unique("imported"), unique("imported")];
        await su.collections.import([
            { id: `id_${one}`, name: one, type: "base", fields: [{ id: "t_field", name: "t", type: "text" }] },
            { id: `id_${two}`, name: two, type: "view", viewQuery: `select id, t from ${one}` },
        ]);
        assert.equal((await su.collections.getOne(two)).fields[1].type, "text");
        await su.collections.import([{ id: `id_${one}`, listRule: "" }]);
        const changed = await su.collections.getOne(one);
        assert.deepEqual([changed.listRule, changed.fields.length], ["", 2]);
        const error = await failure(su.collections.import([{ name: "bad name" }]), 400);
        assert.equal(error.message, "Failed to import collections.");
        await su.collections.delete(two);
        await su.collections.delete(one);
    });

    it("truncates", async () => {
        const made = await collection(su, { fields: [{ name: "t", type: "text" }] });
        await su.collection(made.name).create({ t: "a" });
        await su.collection(made.name).create({ t: "b" });
        assert.equal(await su.collections.truncate(made.name), true);
        assert.equal((await su.collection(made.name).getList()).totalItems, 0);
    });

    it("hands out scaffolds", async () => {
        const scaffolds = await su.collections.getScaffolds();
        assert.deepEqual(Object.keys(scaffolds).sort(), ["auth", "base", "view"]);
        assert.deepEqual(scaffolds.auth.fields.map((field) => field.name), ["id", "password", "tokenKey", "email", "emailVisibility", "verified"]);
        const made = await su.collections.create({ ...scaffolds.base, name: unique("scaffold") });
        await su.collections.delete(made.id);
    });

    it("knows the providers and tries view queries", async () => {
        const providers = await su.collections.getAllOAuth2Providers();
        assert.ok(providers.some((provider) => provider.name === "google" && provider.displayName === "Google"));
        const tried = await su.collections.dryRunViewQuery("select id, email from _superusers");
        assert.deepEqual(tried.fields.map((field) => field.name), ["id", "email"]);
        assert.equal(tried.sample[0].id.length, 15);
    });

    it("serves views", async () => {
        const made = await collection(su, { fields: [{ name: "kind", type: "text" }, { name: "n", type: "number" }] });
        const seen = await collection(su, {
            type: "view", viewQuery: `select min(id) as id, kind, count(id) as amount, total(n) as sum from ${made.name} group by kind`, listRule: "", viewRule: "", createRule: null, updateRule: null, deleteRule: null,
        });
        for (const n of [1, 2, 3]) await su.collection(made.name).create({ kind: n === 3 ? "b" : "a", n });
        const rows = await guest().collection(seen.name).getFullList({ sort: "kind" });
        assert.deepEqual(rows.map((row) => [row.kind, row.amount, row.sum]), [["a", 2, 3], ["b", 1, 3]]);
        await failure(su.collection(seen.name).create({}), 400);
        await su.collections.delete(seen.id);
    });

    it("belongs to superusers", async () => {
        await failure(guest().collections.getList(), 401);
        await failure(guest().collections.create({ name: "x" }), 401);
    });
});
