import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { collection, failure, guest, superuser, tidy, unique } from "./world.mjs";

describe("logs", () => {
    let su;

    before(async () => {
        su = await superuser();
    });

    it("finds a request, counts it and shows it", async () => {
        const path = `/api/${unique("nothing")}`;
        await failure(guest().send(`${path}?token=secret`, { method: "GET" }), 404);
        const filter = su.filter("data.url ~ {:path} && level > 0", { path });
        const page = await su.logs.getList(1, 10, { filter, sort: "-created" });
        assert.equal(page.totalItems, 1);
        const [entry] = page.items;
        assert.equal(entry.message, `GET ${path}?token=***`);
        assert.deepEqual([entry.data.type, entry.data.method, entry.data.status], ["request", "GET", 404]);
        assert.equal((await su.logs.getOne(entry.id)).message, entry.message);
        const stats = await su.logs.getStats({ filter });
        assert.equal(stats.length, 1);
        assert.equal(stats[0].total, 1);
        assert.match(stats[0].date, /^\d{4}-\d\d-\d\d \d\d:00:00\.000Z$/);
    });

    it("is for superusers", async () => {
        await failure(guest().logs.getList(), 401);
        await failure(su.logs.getOne("nothing"), 404);
        await failure(su.logs.getList(1, 1, { filter: "nope = 1" }), 400);
        await failure(guest().logs.truncate(), 401);
    });

    it("can be emptied", async () => {
        const path = `/api/${unique("gone")}`;
        await failure(guest().send(path, { method: "GET" }), 404);
        const mine = { filter: su.filter("data.url = {:path}", { path }) };
        assert.equal((await su.logs.getList(1, 1, mine)).totalItems, 1);
        assert.equal(await su.logs.truncate(), true);
        assert.equal((await su.logs.getList(1, 1, mine)).totalItems, 0);
    });
});

describe("crons", () => {
    let su;

    before(async () => {
        su = await superuser();
    });

    it("lists and runs jobs", async () => {
        const jobs = await su.crons.getFullList();
        const ids = jobs.map((job) => job.id);
        for (const id of ["__pbDBOptimize__", "__pbMFACleanup__", "__pbOTPCleanup__", "__pbLogsCleanup__"]) {
            assert.ok(ids.includes(id), id);
            assert.equal(await su.crons.run(id), true);
        }
        await failure(su.crons.run("nothing"), 404);
        await failure(guest().crons.getFullList(), 401);
    });
});

describe("backups", () => {
    let su;
    const name = `${unique("sdk")}.zip`;

    before(async () => {
        su = await superuser();
    });

    it("makes, lists, downloads, uploads and deletes", async () => {
        assert.equal(await su.backups.create(name), true);
        const made = (await su.backups.getFullList()).find((backup) => backup.key === name);
        assert.ok(made.size > 1000);
        const token = await su.files.getToken();
        const answer = await fetch(su.backups.getDownloadURL(token, name));
        assert.equal(answer.status, 200);
        const bytes = await answer.blob();
        assert.equal(bytes.size, made.size);
        const copy = `copy_${name}`;
        assert.equal(await su.backups.upload({ file: new File([bytes], copy) }), true);
        for (const key of [name, copy]) assert.equal(await su.backups.delete(key), true);
        assert.ok(!(await su.backups.getFullList()).some((backup) => [name, copy].includes(backup.key)));
    });

    it("refuses what is no backup", async () => {
        const error = await failure(su.backups.upload({ file: new File(["hello"], "x.zip") }), 400);
        assert.equal(error.response.data.file.code, "validation_invalid_mime_type");
        await failure(su.backups.restore("nothing.zip"), 400);
        await failure(guest().backups.getFullList(), 401);
    });
});

describe("sql", () => {
    let su;

    before(async () => {
        su = await superuser();
    });

    after(() => tidy(su));

    it("reads and writes", async () => {
        const { name } = await collection(su, { fields: [{ name: "title", type: "text" }] });
        const run = (query) => su.sql.run(query);
        const written = await run(`INSERT INTO ${name} (id, title) VALUES ('aaaaaaaaaaaaaaa', 'by hand')`);
        assert.equal(written.affectedRows, 1);
        assert.equal((await su.collection(name).getOne("aaaaaaaaaaaaaaa")).title, "by hand");
        const read = await run(`SELECT id, title FROM ${name}`);
        assert.deepEqual(read.rows, [["aaaaaaaaaaaaaaa", "by hand"]]);
        assert.deepEqual(read.columns[1], { name: "title", type: "TEXT", nullable: true });
        await failure(run("SELECT nope"), 400);
    });
});
