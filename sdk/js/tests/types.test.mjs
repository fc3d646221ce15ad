import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { posts, Server } from "./server.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const generated = join(here, "generated");
const tsc = join(here, "../node_modules/typescript/bin/tsc");

describe("cratebase types", () => {
    let server;

    before(async () => {
        server = await Server.start();
        const su = await server.superuser();
        const made = await su.collections.create(posts);
        const relation = { name: "post", type: "relation", collectionId: made.id, maxSelect: 1, required: true };
        await su.collections.create({ name: "comments", type: "base", listRule: "", fields: [relation, { name: "text", type: "text" }] });
        await su.collections.create({ name: "titles", type: "view", listRule: "", viewQuery: "SELECT id, title FROM posts" });
        mkdirSync(generated, { recursive: true });
        server.run("types", "--out", join(generated, "collections.ts"));
    });

    after(() => server.remove());

    /** Diagnostics of the compiler for a program over the generated types. */
    const check = (name, text) => {
        const file = join(generated, name);
        writeFileSync(file, `import { Cratebase } from "cratebase";\nimport type { Collections } from "./collections.js";\nconst cb = new Cratebase<Collections>();\n${text}`);
        const options = ["--noEmit", "--strict", "--target", "ES2022", "--module", "NodeNext", "--skipLibCheck", "--ignoreConfig"];
        return spawnSync(process.execPath, [tsc, ...options, file], { cwd: join(here, ".."), encoding: "utf8" }).stdout;
    };

    it("prints what it writes", () => {
        assert.equal(server.run("types"), readFileSync(join(generated, "collections.ts"), "utf8"));
    });

    it("knows records, expansions, bodies and events", () => {
        const program = `
const post = await cb.collection("posts").getOne("x", { expand: "comments_via_post.post" });
const title: string = post.title;
const state: "draft" | "public" | "" = post.state;
const tags: ("a" | "b")[] = post.tags;
const lon: number = post.place.lon;
const secret: string | undefined = post.secret;
const up: string | undefined = post.expand?.comments_via_post?.[0]?.expand?.post?.title;
const made = await cb.collection("posts").create({ title: "a", tags: ["a"], views: 1 });
await cb.collection("posts").update(made.id, { "views+": 1, "tags-": "a", "+tags": ["b"] });
await cb.collection("comments").create({ post: made.id });
await cb.collection("users").create({ email: "a@b.c", password: "12345678", passwordConfirm: "12345678" });
const rows: { title: string }[] = await cb.collection("titles").getFullList();
await cb.feed("posts", (event) => {
    if (event.action === "snapshot") event.records.map((record) => record.views.toFixed());
    else if (event.action === "leave") event.record.id;
    else if (event.action !== "reset") event.record.title.trim();
});
await cb.feed("comments/someid", (event) => event.action === "create" && event.record.text.trim());
await cb.feed("unknown", (event) => event.action === "create" && event.record.whatever);
const anything: string = (await cb.collection("unknown").getOne("x")).whatever;
void [title, state, tags, lon, secret, up, rows, anything];
`;
        assert.equal(check("right.ts", program), "");
    });

    it("refuses what does not fit", () => {
        const wrong = [
            'await cb.collection("posts").create({});',
            'await cb.collection("posts").create({ title: 1 });',
            'await cb.collection("posts").create({ title: "a", tags: ["c"] });',
            'await cb.collection("posts").update("x", { nothing: 1 });',
            'await cb.collection("titles").create({ title: "a" });',
            '(await cb.collection("posts").getOne("x")).nothing;',
            'await cb.feed("posts", (event) => event.action === "create" && event.record.nothing);',
        ];
        const said = check("wrong.ts", wrong.join("\n"));
        wrong.forEach((line, at) => assert.match(said, new RegExp(`wrong\\.ts\\(${at + 4},`), `${line}\n${said}`));
    });
});
