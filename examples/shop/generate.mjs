// Fills a server with the shop: schema, categories, products, users, and orders through batch requests.
//
//   node generate.mjs [--url http://127.0.0.1:8090] [--email root@example.com] [--password rootroot1234]
//                     [--orders 100000] [--products 500] [--users 100] [--concurrency 4] [--batch 50] [--seed 1]
//
// The same seed makes the same shop, ids included, so two servers can be compared. Only Node's own modules.

import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
    options: {
        url: { type: "string", default: process.env.BASE_URL ?? "http://127.0.0.1:8090" },
        email: { type: "string", default: process.env.SU_EMAIL ?? "root@example.com" },
        password: { type: "string", default: process.env.SU_PASSWORD ?? "rootroot1234" },
        orders: { type: "string", default: "100000" },
        products: { type: "string", default: "500" },
        users: { type: "string", default: "100" },
        concurrency: { type: "string", default: "4" },
        batch: { type: "string", default: "50" },
        seed: { type: "string", default: "1" },
    },
});
const count = Object.fromEntries(["orders", "products", "users", "concurrency", "batch", "seed"].map((name) => [name, Number(options[name])]));

const WORDS = "amber birch cedar dune ember fjord grove heath iris juniper kelp lichen maple nettle olive pine quartz reed sage thyme".split(" ");
const THINGS = "lamp chair mug blanket clock vase shelf basket mirror candle".split(" ");
const CATEGORIES = ["Kitchen", "Living room", "Bedroom", "Garden", "Office", "Bath"];
const STATUSES = ["paid", "shipped", "shipped", "shipped", "cancelled", "new"];

// A small seeded generator (mulberry32): the shop must be the same everywhere, not unpredictable.
let state = count.seed;
function random() {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];
const id = (kind, n) => kind + n.toString(36).padStart(15 - kind.length, "0");

let token = "";
async function call(method, path, body) {
    const answer = await fetch(options.url + path, {
        method,
        headers: { "Content-Type": "application/json", Authorization: token },
        body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 500)}`);
    return text ? JSON.parse(text) : null;
}

const creation = (collection, body) => ({ method: "POST", url: `/api/collections/${collection}/records?fields=id`, body });

/** Sends groups of requests, each group whole in one batch, `concurrency` batches at a time. */
async function send(label, total, groups) {
    const started = Date.now();
    const source = batches(groups);
    let done = 0;
    let shown = 0;
    const worker = async () => {
        for (let next = source.next(); !next.done; next = source.next()) {
            await call("POST", "/api/batch", { requests: next.value.requests });
            done += next.value.groups;
            if (Date.now() - shown > 1000 || done === total) {
                shown = Date.now();
                const rate = Math.round(done / Math.max((shown - started) / 1000, 0.001));
                process.stderr.write(`\r${label}: ${done} of ${total} (${rate}/s)   `);
            }
        }
    };
    await Promise.all(Array.from({ length: count.concurrency }, worker));
    process.stderr.write("\n");
}

function* batches(groups) {
    let requests = [];
    let held = 0;
    for (const group of groups) {
        if (requests.length + group.length > count.batch) {
            yield { requests, groups: held };
            requests = [];
            held = 0;
        }
        requests.push(...group);
        held += 1;
    }
    if (requests.length) yield { requests, groups: held };
}

function* categories() {
    for (const [n, name] of CATEGORIES.entries()) {
        yield [creation("categories", { id: id("cat", n), name, slug: name.toLowerCase().replaceAll(" ", "-") })];
    }
}

const prices = [];
function* products() {
    for (let n = 0; n < count.products; n++) {
        prices[n] = 1 + below(20000) / 100;
        yield [creation("products", {
            id: id("pro", n),
            name: `${pick(WORDS)} ${pick(THINGS)}`.replace(/^./, (c) => c.toUpperCase()),
            sku: `SH-${String(n).padStart(5, "0")}`,
            description: `<p>A <b>${pick(WORDS)}</b> ${pick(THINGS)} for every day.</p>`,
            price: prices[n],
            stock: below(500),
            labels: ["new", "sale", "organic", "last"].filter(() => random() < 0.2),
            category: id("cat", below(CATEGORIES.length)),
            active: random() < 0.95,
        })];
    }
}

function* users() {
    for (let n = 0; n < count.users; n++) {
        yield [creation("users", {
            id: id("usr", n),
            email: `user${n}@shop.example`,
            password: "shop-password",
            passwordConfirm: "shop-password",
            name: `${pick(WORDS)} ${n}`,
            verified: true,
            role: n === 0 ? "staff" : "",
            address: { city: pick(WORDS), street: `${pick(WORDS)} lane ${below(200)}` },
        })];
    }
}

function* orders() {
    const start = Date.UTC(2024, 0, 1);
    let item = 0;
    for (let n = 0; n < count.orders; n++) {
        const order = id("ord", n);
        const placed = new Date(start + Math.floor((n / count.orders) * 730 * 86400e3)).toISOString().replace("T", " ");
        const group = [creation("orders", { id: order, number: `ORD${String(n).padStart(7, "0")}`, customer: id("usr", below(count.users)), status: pick(STATUSES), placed, note: random() < 0.1 ? "Please ring twice." : "" })];
        for (let lines = 1 + below(4); lines > 0; lines--) {
            // The square makes some products far more popular than others.
            const product = Math.floor(random() ** 2 * count.products);
            group.push(creation("order_items", { id: id("itm", item++), order, product: id("pro", product), quantity: 1 + below(5), price: prices[product] }));
        }
        yield group;
    }
}

token = (await call("POST", "/api/collections/_superusers/auth-with-password", { identity: options.email, password: options.password })).token;
await call("PATCH", "/api/settings", { batch: { enabled: true, maxRequests: count.batch, timeout: 30 } });
await call("PUT", "/api/collections/import", JSON.parse(await readFile(new URL("schema.json", import.meta.url), "utf8")));
await send("categories", CATEGORIES.length, categories());
await send("products", count.products, products());
await send("users", count.users, users());
await send("orders", count.orders, orders());
