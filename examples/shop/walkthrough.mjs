// The SDK part of README.md, for real: a customer signs up, orders and reviews; staff look at the sales.
//
//   node walkthrough.mjs [http://127.0.0.1:8090]      after `node generate.mjs --orders 1000`

import assert from "node:assert/strict";
import PocketBase, { ClientResponseError } from "pocketbase";

const url = process.argv[2] ?? process.env.BASE_URL ?? "http://127.0.0.1:8090";
const refused = (promise) => promise.then(() => assert.fail("allowed"), (error) => assert.ok(error instanceof ClientResponseError, error));

// 1. Anybody may look around.
const shop = new PocketBase(url);
const page = await shop.collection("products").getList(1, 5, {
    filter: shop.filter("category.slug = {:slug} && price < {:max}", { slug: "garden", max: 100 }),
    sort: "-price",
    expand: "category",
    fields: "id,name,price,description:excerpt(20,true),expand.category.name",
});
console.log(`${page.totalItems} garden products under 100; the dearest:`, page.items[0]);

// 2. A customer signs up. Nobody can make themselves staff.
const email = `kim-${Date.now()}@shop.example`;
const account = { email, password: "shop-password", passwordConfirm: "shop-password", name: "Kim" };
await refused(shop.collection("users").create({ ...account, role: "staff" }));
await shop.collection("users").create(account);
const { record: kim } = await shop.collection("users").authWithPassword(email, "shop-password");
await refused(shop.collection("users").update(kim.id, { role: "staff" }));
console.log(`${kim.name} is here`);

// 3. An order and its lines are one transaction: all or nothing.
const [first, second] = page.items;
const orderId = `kim${Date.now()}`.slice(0, 15).padEnd(15, "0");
const batch = shop.createBatch();
batch.collection("orders").create({ id: orderId, customer: kim.id, status: "new", placed: new Date() });
batch.collection("order_items").create({ order: orderId, product: first.id, quantity: 2, price: first.price });
batch.collection("order_items").create({ order: orderId, product: second.id, quantity: 1, price: second.price });
await batch.send();
const order = await shop.collection("orders").getOne(orderId, { expand: "order_items_via_order.product" });
for (const line of order.expand.order_items_via_order) console.log(`  ${line.quantity} × ${line.expand.product.name} at ${line.price}`);

// 4. The rules hold: no invented prices, no orders for others, no peeking.
await refused(shop.collection("order_items").create({ order: orderId, product: first.id, quantity: 1, price: 0.01 }));
await refused(shop.collection("orders").create({ customer: "usr000000000001", status: "new" }));
assert.equal((await shop.collection("orders").getList()).totalItems, 1);
assert.equal((await shop.collection("sales_per_product").getList()).totalItems, 0);

// 5. Only who bought a product may review it, and once.
await shop.collection("reviews").create({ product: first.id, author: kim.id, stars: 5, text: "Fine." });
await refused(shop.collection("reviews").create({ product: first.id, author: kim.id, stars: 1 }));
const other = await shop.collection("products").getFirstListItem(shop.filter("id != {:a} && id != {:b}", { a: first.id, b: second.id }));
await refused(shop.collection("reviews").create({ product: other.id, author: kim.id, stars: 1 }));

// 6. A new order can be cancelled, a cancelled one not changed any more.
await shop.collection("orders").update(orderId, { status: "cancelled" });
await refused(shop.collection("orders").update(orderId, { status: "new" }));

// 7. Staff see everything, and the view adds it up.
const staff = new PocketBase(url);
await staff.collection("users").authWithPassword("user0@shop.example", "shop-password");
const best = await staff.collection("sales_per_product").getList(1, 3, { sort: "-revenue", expand: "category" });
for (const row of best.items) console.log(`  ${row.name} (${row.expand.category.name}): ${row.sold} sold, ${row.revenue.toFixed(2)}`);
assert.ok((await staff.collection("orders").getList(1, 1)).totalItems > 1);
await staff.collection("orders").update(orderId, { status: "shipped", note: "by staff" });

// 8. Leaving takes the reviews along; the orders stay with the shop, so the account with orders cannot go.
await refused(shop.collection("users").delete(kim.id));
console.log("done");
