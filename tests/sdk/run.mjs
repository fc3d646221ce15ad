// Starts the server under test on a free port and an empty directory, runs the specs against it, stops it.
//
//   CRATEBASE_BIN=../../target/debug/cratebase npm test
//   BASE_URL=http://127.0.0.1:8090 SU_EMAIL=… SU_PASSWORD=… npm test     (a server that runs already)

import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { start } from "./server.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const env = {
    ...process.env,
    SU_EMAIL: process.env.SU_EMAIL ?? "root@example.com",
    SU_PASSWORD: process.env.SU_PASSWORD ?? "rootroot1234",
};

const server = env.BASE_URL ? undefined : await start(env).catch((error) => {
    console.error(error.message);
    process.exit(2);
});
env.BASE_URL ??= server.url;
const specs = readdirSync(join(here, "specs"))
    .filter((name) => name.endsWith(".test.mjs") && process.argv.slice(2).every((part) => name.includes(part)))
    .map((name) => join(here, "specs", name));
const run = spawn(process.execPath, ["--test", ...specs], { env, stdio: "inherit" });
run.on("exit", async (code) => {
    await server?.stop();
    process.exit(code ?? 1);
});
