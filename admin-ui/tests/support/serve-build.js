import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const BUILD = fileURLToPath(new URL('../../build', import.meta.url));
const POLICY =
	"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; script-src 'self'; frame-ancestors 'none'";
/** @type {Record<string, string>} */
const TYPES = {
	'.html': 'text/html; charset=utf-8',
	'.js': 'text/javascript; charset=utf-8',
	'.css': 'text/css; charset=utf-8',
	'.svg': 'image/svg+xml',
	'.json': 'application/json',
	'.woff2': 'font/woff2'
};

/**
 * Serves the built dashboard at /_/ under the policy the real server sends, and hands everything else to
 * `upstream`: any server that speaks the protocol. For work on the dashboard without building the server.
 *
 * @param {string} upstream
 * @param {number} [port]
 * @returns {Promise<{ base: string, close: () => void }>}
 */
export async function serveBuild(upstream, port = 0) {
	const server = http.createServer((request, response) => {
		const { pathname } = new URL(request.url ?? '/', 'http://localhost');
		if (pathname.startsWith('/_/')) void serveFile(pathname.slice(3), response);
		else forward(upstream, request, response);
	});
	server.on('upgrade', (request, socket, head) => pass(upstream, request, socket, head));
	await new Promise((ready) => server.listen(port, '127.0.0.1', () => ready(undefined)));
	const address = /** @type {import('node:net').AddressInfo} */ (server.address());
	return { base: `http://127.0.0.1:${address.port}`, close: () => server.close() };
}

/** @param {string} name @param {http.ServerResponse} response */
async function serveFile(name, response) {
	const file = path.join(BUILD, path.normalize('/' + (name || 'index.html')));
	const found = await stat(file).catch(() => undefined);
	if (!found?.isFile()) {
		response.writeHead(404).end();
		return;
	}
	response.writeHead(200, { 'Content-Type': TYPES[path.extname(file)] ?? 'application/octet-stream', 'Content-Security-Policy': POLICY });
	createReadStream(file).pipe(response);
}

/** @param {string} upstream @param {http.IncomingMessage} request @param {http.ServerResponse} response */
function forward(upstream, request, response) {
	const onward = http.request(upstream + request.url, { method: request.method, headers: request.headers }, (answer) => {
		response.writeHead(answer.statusCode ?? 502, answer.headers);
		answer.pipe(response);
	});
	onward.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
	// Who gives up here gives up there, too.
	response.on('close', () => onward.destroy());
	request.pipe(onward);
}

/**
 * A WebSocket: its handshake as it came, then whatever either side says.
 *
 * @param {string} upstream @param {http.IncomingMessage} request @param {import('node:stream').Duplex} socket @param {Buffer} head
 */
function pass(upstream, request, socket, head) {
	const { hostname, port } = new URL(upstream);
	const onward = net.connect(Number(port), hostname, () => {
		const lines = request.rawHeaders.flatMap((name, i, all) => (i % 2 === 0 ? `${name}: ${all[i + 1]}` : []));
		onward.write([`${request.method} ${request.url} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
		onward.write(head);
		socket.pipe(onward).pipe(socket);
	});
	onward.on('error', () => socket.destroy());
	socket.on('error', () => onward.destroy());
}

// node tests/support/serve-build.js http://127.0.0.1:8090 [port]
if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const { base } = await serveBuild(process.argv[2] ?? 'http://127.0.0.1:8090', Number(process.argv[3] ?? 0));
	console.log(`${base}/_/`);
}
