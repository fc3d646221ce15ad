import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { collection, failure, guest, superuser, tidy } from "./world.mjs";

describe("batch", () => {
    let su, pb, items, all;

    after(() => tidy(su));

    before(async () => {
        su = await superuser();
        await su.settings.update({ batch: { enabled: true, maxRequests: 50, timeout: 3 } });
        pb = guest();
        items = await collection(su, {
            prefix: "items",
            fields: [
                { name: "t", type: "text", max: 5 },
                { name: "n", type: "number" },
                { name: "data", type: "json" },
                { name: "doc", type: "file", maxSelect: 1 },
            ],
        });
        all = pb.collection(items.name);
    });

    it("creates, updates, upserts and deletes in order", async () => {
        const kept = await all.create({ t: "kept" });
        const gone = await all.create({ t: "gone" });
        const batch = pb.createBatch();
        batch.collection(items.name).create({ t: "new", data: { a: [1] } });
        batch.collection(items.name).update(kept.id, { "n+": 5 }, { fields: "n" });
        batch.collection(items.name).upsert({ id: kept.id, t: "again" });
        batch.collection(items.name).upsert({ id: "batchupsert0001", t: "fresh" });
        batch.collection(items.name).delete(gone.id);
        const answers = await batch.send();
        assert.deepEqual(answers.map((answer) => answer.status), [200, 200, 200, 200, 204]);
        assert.deepEqual(answers[0].body.data, { a: [1] });
        assert.deepEqual(answers[1].body, { n: 5 });
        assert.deepEqual([answers[2].body.t, answers[2].body.n], ["again", 5]);
        assert.equal(answers[3].body.id, "batchupsert0001");
        await failure(all.getOne(gone.id), 404);
    });

    it("carries files", async () => {
        const batch = pb.createBatch();
        batch.collection(items.name).create({ t: "a", doc: new File(["one"], "one.txt") });
        batch.collection(items.name).create({ t: "b", doc: new File(["two"], "two.txt"), data: [1, 2] });
        const [one, two] = await batch.send();
        assert.match(one.body.doc, /^one_[a-z0-9]{10}\.txt$/);
        assert.match(two.body.doc, /^two_[a-z0-9]{10}\.txt$/);
        assert.deepEqual(two.body.data, [1, 2]);
    });

    it("does all or nothing", async () => {
        const batch = pb.createBatch();
        batch.collection(items.name).create({ id: "batchrollback01", t: "ok" });
        batch.collection(items.name).create({ t: "far too long" });
        const error = await failure(batch.send(), 400);
        assert.equal(error.message, "Batch transaction failed.");
        assert.equal(error.response.data.requests[1].response.data.t.code, "validation_max_text_constraint");
        await failure(all.getOne("batchrollback01"), 404);
    });

    it("refuses too many requests", async () => {
        const batch = pb.createBatch();
        for (let i = 0; i < 51; i++) batch.collection(items.name).create({});
        const error = await failure(batch.send(), 400);
        assert.equal(error.response.data.requests.code, "validation_length_too_long");
    });
});
