// A mail server that keeps what it gets: just enough SMTP for the specs.

import { createServer } from "node:net";

export async function mailbox() {
    const letters = [];
    const waiting = [];
    const keep = (letter) => {
        const at = waiting.findIndex((one) => one.to === letter.to);
        if (at < 0) letters.push(letter);
        else waiting.splice(at, 1)[0].resolve(letter);
    };
    const server = createServer((socket) => {
        let to = "", rest = "", data = null;
        const say = (text) => socket.write(`${text}\r\n`);
        const answer = (line) => {
            if (data) {
                if (line !== ".") return data.push(line);
                keep(letter(to, data.join("\n")));
                data = null;
                return say("250 ok");
            }
            const verb = line.slice(0, 4).toUpperCase();
            if (verb === "RCPT") to = line.match(/<(.*)>/)[1];
            if (verb === "DATA") data = [];
            say(verb === "DATA" ? "354 go on" : verb === "QUIT" ? "221 bye" : "250 ok");
        };
        socket.on("error", () => {});
        socket.on("data", (chunk) => {
            const lines = (rest + chunk).split("\r\n");
            rest = lines.pop();
            lines.forEach(answer);
        });
        say("220 mailbox");
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    return {
        port: server.address().port,
        close: () => server.close(),
        /** The next mail to an address. */
        next(to) {
            const at = letters.findIndex((letter) => letter.to === to);
            if (at >= 0) return Promise.resolve(letters.splice(at, 1)[0]);
            return new Promise((resolve, reject) => {
                setTimeout(() => reject(new Error(`no mail to ${to}`)), 10_000).unref();
                waiting.push({ to, resolve });
            });
        },
    };
}

function letter(to, raw) {
    const text = raw.replaceAll("=\n", "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
    return {
        to,
        text,
        token: text.match(/\/auth\/[a-z-]+\/([\w.-]+)/)?.[1],
        code: text.match(/<strong>(\d+)<\/strong>/)?.[1],
    };
}
