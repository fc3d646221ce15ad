// Runs the specs in Chromium against a running server (BASE_URL, SU_EMAIL, SU_PASSWORD), or against one started
// from CRATEBASE_BIN in a directory of its own. With UI_FROM_BUILD=1 the dashboard comes from build/ instead of from
// the server, which may then be any server that speaks the protocol.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { serveBuild } from './support/serve-build.js';
import { startServer } from './support/server.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const account = { email: process.env.SU_EMAIL ?? 'admin@example.com', password: process.env.SU_PASSWORD ?? 'correct-horse-9' };

const { CRATEBASE_BIN, BASE_URL, UI_FROM_BUILD } = process.env;
if (!BASE_URL && !CRATEBASE_BIN) {
	console.error('Set BASE_URL to a running server, or CRATEBASE_BIN to a binary to start.');
	process.exit(2);
}
const started = BASE_URL ? undefined : await startServer(CRATEBASE_BIN ?? '', account);
const upstream = BASE_URL ?? started?.base ?? '';
const front = UI_FROM_BUILD ? await serveBuild(upstream) : undefined;

const chosen = process.argv.slice(2);
const specs = chosen.length > 0 ? chosen : readdirSync(here).filter((name) => name.endsWith('.test.js'));
const tests = spawn(
	process.execPath,
	// One file at a time: they share a server, and a browser wants the machine to itself.
	['--test', '--test-concurrency=1', '--test-reporter=spec', ...specs.map((name) => `${here}${name.replace(/^.*\//, '')}`)],
	{ stdio: 'inherit', env: { ...process.env, BASE_URL: front?.base ?? upstream, SU_EMAIL: account.email, SU_PASSWORD: account.password } }
);
tests.on('exit', async (code) => {
	front?.close();
	await started?.stop();
	process.exit(code ?? 1);
});
