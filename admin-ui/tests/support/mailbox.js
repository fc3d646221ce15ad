import { once } from 'node:events';
import net from 'node:net';

const PATIENCE_MS = 10_000;

/** What mails are handed to while a spec runs: takes everything, keeps it, sends nothing on. */
export class Mailbox {
	/** @type {{ to: string, text: string }[]} */ #mails = [];
	/** @type {Set<() => void>} */ #waiting = new Set();
	/** @type {Set<net.Socket>} */ #open = new Set();
	#server = net.createServer((socket) => this.#talk(socket));

	/** @returns {Promise<number>} its port */
	async open() {
		this.#server.listen(0, '127.0.0.1');
		await once(this.#server, 'listening');
		return /** @type {net.AddressInfo} */ (this.#server.address()).port;
	}

	close() {
		for (const socket of this.#open) socket.destroy();
		this.#server.close();
	}

	/** The newest mail to somebody, once it is there. @param {string} to @param {number} [nth] counted from 1; the newest of so many */
	async to(to, nth = 1) {
		const deadline = AbortSignal.timeout(PATIENCE_MS);
		for (;;) {
			const found = this.#mails.filter((mail) => mail.to === to);
			const mail = found[nth - 1];
			if (mail) return mail.text;
			await new Promise((next, fail) => {
				this.#waiting.add(() => next(undefined));
				deadline.addEventListener('abort', () => fail(new Error(`no mail to ${to}`)), { once: true });
			});
		}
	}

	/** @param {net.Socket} socket */
	#talk(socket) {
		this.#open.add(socket);
		socket.on('close', () => this.#open.delete(socket));
		socket.on('error', () => socket.destroy());
		let to = '';
		/** @type {string[] | undefined} */ let body;
		let rest = '';
		socket.write('220 mailbox\r\n');
		socket.on('data', (chunk) => {
			const lines = (rest + chunk.toString('latin1')).split('\r\n');
			rest = lines.pop() ?? '';
			for (const line of lines) {
				if (body) {
					if (line !== '.') body.push(line);
					else {
						this.#mails.push({ to, text: readable(body.join('\r\n')) });
						body = undefined;
						socket.write('250 kept\r\n');
						for (const next of this.#waiting) next();
						this.#waiting.clear();
					}
				} else if (/^DATA/i.test(line)) {
					body = [];
					socket.write('354 go on\r\n');
				} else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
				else {
					to = /^RCPT TO:<(.+)>/i.exec(line)?.[1] ?? to;
					socket.write('250 good\r\n');
				}
			}
		});
	}
}

/** A mail's words, however its parts are written. @param {string} mail */
function readable(mail) {
	return mail
		.split(/\r\n--[^\r\n]+(?:\r\n|$)/)
		.map((part) => {
			const [head = '', ...body] = part.split('\r\n\r\n');
			const text = body.join('\r\n\r\n');
			if (/transfer-encoding:\s*base64/i.test(head)) return Buffer.from(text, 'base64').toString();
			if (!/transfer-encoding:\s*quoted-printable/i.test(head)) return part;
			return text.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/gi, (_, code) => String.fromCharCode(parseInt(code, 16)));
		})
		.join('\n');
}
