import assert from "node:assert/strict";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { posts, Server } from "./server.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const pocketbase = dirname(createRequire(import.meta.url).resolve("pocketbase"));
// A page that keeps the titles it was told of, and where it stands, over reloads.
const PAGE = `<!doctype html><title>feed</title>
<script type="importmap">{"imports": {"pocketbase": "/lib/pocketbase/pocketbase.es.mjs", "cratebase": "/lib/cratebase/index.js"}}</script>
<ol></ol>
<script type="module">
    import { Cratebase } from "cratebase";
    const titles = JSON.parse(localStorage.getItem("titles") ?? "[]");
    const show = () => document.querySelector("ol").replaceChildren(...titles.map((title) => {
        const item = document.createElement("li");
        item.textContent = title;
        return item;
    }));
    const handler = (event) => {
        if (event.action === "snapshot") titles.splice(0, Infinity, ...event.records.map((record) => record.title));
        else titles.push(event.record.title);
        localStorage.setItem("titles", JSON.stringify(titles));
        show();
    };
    show();
    await new Cratebase("/").feed("posts", handler, { snapshot: true, resume: "page" });
    document.title = "live";
</script>`;

describe("in a browser", () => {
    let server, su, browser, page;

    before(async () => {
        server = await Server.start();
        const lib = join(server.home, "public", "lib");
        mkdirSync(lib, { recursive: true });
        cpSync(join(here, "../dist"), join(lib, "cratebase"), { recursive: true });
        cpSync(pocketbase, join(lib, "pocketbase"), { recursive: true });
        writeFileSync(join(server.home, "public", "index.html"), PAGE);
        await server.end();
        await server.serve();
        su = await server.superuser();
        await su.collections.create(posts);
        const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
        browser = await chromium.launch({ executablePath, args: ["--headless", "--no-sandbox", "--disable-gpu"] });
        page = await browser.newPage();
        page.setDefaultTimeout(15_000);
    });

    after(async () => {
        await browser?.close();
        await server?.remove();
    });

    const live = () => page.waitForFunction(() => document.title === "live");
    const shows = (titles) =>
        page.waitForFunction(
            (titles) => [...document.querySelectorAll("li")].map((item) => item.textContent).join() === titles,
            titles.join(),
        );
    const write = async (...titles) => {
        for (const title of titles) await su.collection("posts").create({ title });
    };

    it("follows over reloads and restarts of the server, each change once", async () => {
        await write("there");
        await page.goto(server.base);
        await live();
        await write("live");
        await shows(["there", "live"]);
        await page.goto("about:blank");
        await write("away");
        await page.goto(server.base);
        await shows(["there", "live", "away"]);
        await live();
        await server.end("SIGKILL");
        await server.serve();
        await write("after the crash");
        await shows(["there", "live", "away", "after the crash"]);
        assert.equal(await page.title(), "live");
    });
});
