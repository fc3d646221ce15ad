// `npm run client` writes src/lib/api/schema.d.ts: what the server (CRATEBASE_BIN) says about its own paths.
// `npm run client -- --check` compares it with the routes of the server's own snapshot, without a server.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
const SCHEMA = here('../src/lib/api/schema.d.ts');
const ROUTES = here('../../tests/http/snapshots/main__http__openapi__routes.snap');
/** The generator wants another compiler than the one the source is checked with; so it is no dependency. */
const GENERATOR = ['-y', '-p', 'typescript@5', '-p', 'openapi-typescript@7', 'openapi-typescript'];

if (process.argv.includes('--check')) check();
else generate();

function generate() {
	const binary = process.env.CRATEBASE_BIN ?? here('../../target/debug/cratebase');
	const scratch = mkdtempSync(path.join(os.tmpdir(), 'cratebase-client-'));
	try {
		// A directory without collections: what is left are the paths every server has.
		const printed = execFileSync(binary, ['openapi', '--dir', path.join(scratch, 'data')], {
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'ignore']
		});
		const document = JSON.parse(printed);
		for (const operations of Object.values(document.paths)) {
			for (const operation of Object.values(operations)) {
				if (!operation.responses) continue;
				// Refusals look alike everywhere: ApiError knows them.
				operation.responses = Object.fromEntries(Object.entries(operation.responses).filter(([status]) => /^[123]/.test(status)));
			}
		}
		const file = path.join(scratch, 'openapi.json');
		writeFileSync(file, JSON.stringify(document));
		execFileSync('npx', [...GENERATOR, file, '-o', SCHEMA], { stdio: ['ignore', 'ignore', 'inherit'] });
	} finally {
		rmSync(scratch, { recursive: true, force: true });
	}
}

function check() {
	const known = routesOfSchema();
	const served = routesOfServer();
	const faults = [
		...served.filter((route) => !known.includes(route)).map((route) => `${route} is not in schema.d.ts`),
		...known.filter((route) => !served.includes(route)).map((route) => `${route} is in schema.d.ts, but the server has it no more`)
	];
	for (const fault of faults) console.error(fault);
	if (faults.length === 0) return;
	console.error('\n"npm run client" writes schema.d.ts anew, from the server CRATEBASE_BIN names.');
	process.exitCode = 1;
}

/** "GET /api/backups", … as the generated types have them. */
function routesOfSchema() {
	const paths = /^export interface paths \{\n([\s\S]*?)^\}/m.exec(readFileSync(SCHEMA, 'utf8'))?.[1] ?? '';
	const routes = [];
	for (const [, address, operations] of paths.matchAll(/^ {4}"([^"]+)": \{\n([\s\S]*?)^ {4}\};/gm)) {
		for (const [, method] of (operations ?? '').matchAll(/^ {8}(get|put|post|delete|patch): /gm))
			routes.push(`${method?.toUpperCase()} ${address}`);
	}
	return routes.sort();
}

/** The same of the server's snapshot; paths of single collections are those of `{collection}`. */
function routesOfServer() {
	const lines = readFileSync(ROUTES, 'utf8').matchAll(/^ {2}"([A-Z]+) (\S+) (\S+)"/gm);
	return [...lines]
		.map(([, method, address]) => `${method} ${address}`)
		.filter((route) => !/\/collections\/(?!\{|meta\/|import$)/.test(route))
		.sort();
}
