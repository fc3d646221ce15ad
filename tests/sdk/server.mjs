// A server of its own: CRATEBASE_BIN on a free port, over an empty directory with one superuser.

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Starts it and waits until it answers: where it is, and how to stop it. */
export async function start(env) {
    // CRATEBASE_* are the server's own settings; CRATEBASE_BIN is none of them.
    const { CRATEBASE_BIN: binary, ...clean } = env;
    if (!binary) throw new Error("say where the server is: CRATEBASE_BIN=… (or BASE_URL=… of a running one)");
    const home = mkdtempSync(join(tmpdir(), "sdk-"));
    const data = join(home, "data");
    const made = spawnSync(binary, ["superuser", "upsert", env.SU_EMAIL, env.SU_PASSWORD, "--dir", data], { cwd: home, env: clean, encoding: "utf8" });
    if (made.status !== 0) throw new Error(`superuser upsert failed: ${made.stdout}${made.stderr}${made.error ?? ""}`);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const server = spawn(binary, ["serve", "--dir", data, "--http", `127.0.0.1:${port}`], { cwd: home, env: clean, stdio: "ignore" });
    const ended = new Promise((resolve) => server.once("exit", resolve));
    const stop = async () => {
        server.kill("SIGTERM");
        await ended;
        rmSync(home, { recursive: true, force: true });
    };
    for (let left = 200; left > 0; left--) {
        if (await answers(url)) return { url, stop };
        if (server.exitCode !== null) break;
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await stop();
    throw new Error(`${binary} did not become healthy`);
}

/** Whether there is a healthy server. */
export function answers(url) {
    return fetch(`${url}/api/health`).then((answer) => answer.ok, () => false);
}

function freePort() {
    return new Promise((resolve) => {
        const probe = createServer();
        probe.listen(0, "127.0.0.1", () => {
            const { port } = probe.address();
            probe.close(() => resolve(port));
        });
    });
}
