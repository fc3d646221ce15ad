// The real binary (CRATEBASE_BIN) over a directory of its own, on a port that stays the same over restarts.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import WebSocket from "ws";
import { Cratebase } from "../dist/index.js";

const { CRATEBASE_BIN, ...env } = process.env;
const account = ["root@example.com", "correct-horse-9"];

export class Server {
    #process;
    home = mkdtempSync(join(tmpdir(), "sdk-js-"));

    static async start() {
        assert(CRATEBASE_BIN, "say where the server is: CRATEBASE_BIN=…");
        const server = new Server();
        server.run("superuser", "upsert", ...account);
        const probe = createServer().listen(0, "127.0.0.1");
        await once(probe, "listening");
        server.address = `127.0.0.1:${probe.address().port}`;
        probe.close();
        await once(probe, "close");
        server.base = `http://${server.address}`;
        await server.serve();
        return server;
    }

    /** Runs another command over the same directory; answers its output. */
    run(...command) {
        const done = spawnSync(CRATEBASE_BIN, [...command, "--dir", join(this.home, "data")], { cwd: this.home, env, encoding: "utf8" });
        assert.equal(done.status, 0, `${command[0]}: ${done.stdout}${done.stderr}${done.error ?? ""}`);
        return done.stdout;
    }

    async serve() {
        const stdio = ["ignore", "ignore", "inherit"];
        this.#process = spawn(CRATEBASE_BIN, ["serve", "--http", this.address, "--dir", join(this.home, "data")], { cwd: this.home, env, stdio });
        for (let left = 300; left > 0; left--) {
            if (await fetch(`${this.base}/api/health`).then((answer) => answer.ok, () => false)) return;
            assert.equal(this.#process.exitCode, null, "the server ended while starting");
            await new Promise((next) => setTimeout(next, 50));
        }
        assert.fail("the server does not answer");
    }

    /** With SIGKILL: nothing it planned to do at its end happens. */
    async end(signal = "SIGTERM") {
        const gone = once(this.#process, "exit");
        this.#process.kill(signal);
        await gone;
    }

    async remove() {
        await this.end();
        rmSync(this.home, { recursive: true, force: true });
    }

    guest() {
        const client = new Cratebase(this.base);
        client.WebSocket = WebSocket;
        client.autoCancellation(false);
        return client;
    }

    async superuser() {
        const client = this.guest();
        await client.collection("_superusers").authWithPassword(...account);
        return client;
    }
}

/** Takes what comes one by one; a test that waits for long fails. */
export function inbox() {
    const waiting = [];
    let wake = () => {};
    const put = (event) => (waiting.push(event), wake());
    const take = async () => {
        while (waiting.length === 0) {
            await new Promise((resolve, reject) => {
                const timer = setTimeout(() => reject(new Error("nothing in time")), 15_000);
                wake = () => (clearTimeout(timer), resolve());
            });
        }
        return waiting.shift();
    };
    return { put, take, waiting };
}

/** What `localStorage` is in browsers. */
export function storage() {
    const kept = new Map();
    return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value), kept };
}

export const posts = {
    name: "posts",
    type: "base",
    listRule: "",
    viewRule: "",
    createRule: "",
    updateRule: "",
    deleteRule: "",
    fields: [
        { name: "title", type: "text", required: true },
        { name: "views", type: "number" },
        { name: "state", type: "select", values: ["draft", "public"], maxSelect: 1 },
        { name: "tags", type: "select", values: ["a", "b"], maxSelect: 2 },
        { name: "place", type: "geoPoint" },
        { name: "meta", type: "json" },
        { name: "secret", type: "text", hidden: true },
        { name: "created", type: "autodate", onCreate: true },
    ],
};
