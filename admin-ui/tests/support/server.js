import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const START_MS = 15_000;
const ASK_EVERY_MS = 50;

/**
 * Starts the binary on a free port, with a data directory that goes when it stops and a superuser.
 *
 * @param {string} binary
 * @param {{ email: string, password: string }} [superuser] without one the server offers its installer
 * @returns {Promise<{ base: string, said: () => string, stop: () => Promise<void> }>} `said`: what it has printed
 */
export async function startServer(binary, superuser) {
	// A level of its own: some servers put more beside their data directory.
	const home = await mkdtemp(path.join(os.tmpdir(), 'cratebase-ui-'));
	const dir = path.join(home, 'data');
	if (superuser) await promisify(execFile)(binary, ['superuser', 'upsert', superuser.email, superuser.password, '--dir', dir]);
	const address = `127.0.0.1:${await freePort()}`;
	const server = spawn(binary, ['serve', '--http', address, '--dir', dir], { stdio: ['ignore', 'pipe', 'inherit'] });
	let printed = '';
	server.stdout.on('data', (text) => (printed += text));
	const base = `http://${address}`;
	await healthy(base, server);
	return {
		base,
		said: () => printed,
		stop: async () => {
			const gone = once(server, 'exit');
			if (server.exitCode === null && server.kill()) await gone;
			await rm(home, { recursive: true, force: true });
		}
	};
}

/** @param {string} base @param {import('node:child_process').ChildProcess} server */
async function healthy(base, server) {
	const deadline = Date.now() + START_MS;
	while (Date.now() < deadline) {
		if (server.exitCode !== null) throw new Error(`The server stopped with status ${server.exitCode} while starting.`);
		const answer = await fetch(base + '/api/health').catch(() => undefined);
		if (answer?.ok) return;
		await new Promise((next) => setTimeout(next, ASK_EVERY_MS));
	}
	server.kill();
	throw new Error(`The server did not answer within ${START_MS / 1000} s.`);
}

/** @returns {Promise<number>} */
async function freePort() {
	const probe = net.createServer().listen(0, '127.0.0.1');
	await once(probe, 'listening');
	const { port } = /** @type {net.AddressInfo} */ (probe.address());
	probe.close();
	await once(probe, 'close');
	return port;
}
