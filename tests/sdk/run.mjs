// Starts the server under test on a free port and an empty directory, runs the specs against it, stops it.
//
//   CRATEBASE_BIN=../../target/debug/cratebase npm test
//   BASE_URL=http://127.0.0.1:8090 SU_EMAIL=… SU_PASSWORD=… npm test     (a server that runs already)

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const env = {
    ...process.env,
    SU_EMAIL: process.env.SU_EMAIL ?? "root@example.com",
    SU_PASSWORD: process.env.SU_PASSWORD ?? "rootroot1234",
};

const stop = env.BASE_URL ? () => {} : await start();
const specs = readdirSync(join(here, "specs"))
    .filter((name) => name.endsWith(".test.mjs") && process.argv.slice(2).every((part) => name.includes(part)))
    .map((name) => join(here, "specs", name));
const run = spawn(process.execPath, ["--test", ...specs], { env, stdio: "inherit" });
run.on("exit", (code) => {
    stop();
    process.exit(code ?? 1);
});

async function start() {
    const binary = env.CRATEBASE_BIN;
    if (!binary) {
        console.error("say where the server is: CRATEBASE_BIN=… (or BASE_URL=… of a running one)");
        process.exit(2);
    }
    // CRATEBASE_* are the server's own settings; CRATEBASE_BIN is none of them.
    const { CRATEBASE_BIN, ...clean } = env;
    const home = mkdtempSync(join(tmpdir(), "sdk-"));
    const data = join(home, "data");
    const made = spawnSync(binary, ["superuser", "upsert", env.SU_EMAIL, env.SU_PASSWORD, "--dir", data], { cwd: home, env: clean, encoding: "utf8" });
    if (made.status !== 0) {
        console.error(`superuser upsert failed: ${made.stdout}${made.stderr}${made.error ?? ""}`);
        process.exit(2);
    }
    const port = await freePort();
    env.BASE_URL = `http://127.0.0.1:${port}`;
    const server = spawn(binary, ["serve", "--dir", data, "--http", `127.0.0.1:${port}`], { cwd: home, env: clean, stdio: "ignore" });
    const stop = () => {
        server.kill("SIGTERM");
        rmSync(home, { recursive: true, force: true });
    };
    for (let left = 200; left > 0; left--) {
        if (await fetch(`${env.BASE_URL}/api/health`).then((answer) => answer.ok, () => false)) return stop;
        if (server.exitCode !== null) break;
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    stop();
    console.error(`${binary} did not become healthy`);
    process.exit(2);
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
