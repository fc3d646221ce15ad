import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit, base, phone, query, queryIs, useDashboard } from './support/dashboard.js';
import { picture } from './support/picture.js';

const dashboard = useDashboard();

/** The last product, and the way to ask for it again. */
async function someProduct(nth = 1) {
	const { api } = dashboard.current;
	const { items } = await api.send('GET', `/api/collections/products/records?perPage=1&page=${nth}&sort=@rowid`);
	return { id: items[0].id, row: items[0], read: () => api.send('GET', `/api/collections/products/records/${items[0].id}`) };
}
/** Other specs count the products. @param {string} name */
async function removeNewest(name) {
	const { api } = dashboard.current;
	const { items } = await api.send('GET', '/api/collections/products/records?perPage=1&sort=-@rowid');
	assert.equal(items[0].name, name);
	await api.send('DELETE', `/api/collections/products/records/${items[0].id}`);
}
/** @param {import('playwright-core').Page} page */
const editor = (page) => page.getByRole('dialog').first();
/** The answer to the next write. @param {import('playwright-core').Page} page @param {string} method */
const answered = (page, method) =>
	page.waitForResponse((answer) => answer.request().method() === method && answer.url().includes('/records'));

test('every kind of field is changed and stored', async () => {
	const product = await someProduct(11);
	const page = await dashboard.current.visit(`#/collections/products?record=${product.id}`);
	const form = editor(page);
	await form.getByRole('textbox', { name: 'name' }).fill('Changed lamp');
	await form.getByRole('spinbutton', { name: 'price' }).fill('12.5');
	await form.getByRole('switch', { name: 'in_stock' }).click();
	await form.getByRole('combobox', { name: 'condition' }).selectOption('used');
	for (const tag of ['wool', 'oak']) await form.getByRole('checkbox', { name: tag, exact: true }).setChecked(true);
	await form.getByRole('textbox', { name: 'website' }).fill('https://changed.example.com');
	await form.getByRole('textbox', { name: 'support' }).fill('changed@example.com');
	await form.getByRole('textbox', { name: 'available_from' }).fill('2026-07-01T10:00:00');
	const json = form.getByRole('textbox', { name: 'specs' });
	await json.and(page.locator('[contenteditable]')).fill('{"a":[1,2]}');
	const rich = form.getByRole('textbox', { name: 'description' });
	await rich.and(page.locator('[contenteditable]')).fill('Plain words');
	await form.getByRole('spinbutton', { name: 'Latitude' }).fill('10.5');
	await form.getByRole('spinbutton', { name: 'Longitude' }).fill('-20');
	await form.locator('[data-field=door_code] input').fill('another-code');
	const done = answered(page, 'PATCH');
	await page.keyboard.press('Control+s');
	assert.equal((await done).status(), 200);
	await form.getByText('No changes').waitFor();
	const stored = await product.read();
	assert.equal(stored.name, 'Changed lamp');
	assert.equal(stored.price, 12.5);
	assert.equal(stored.in_stock, !product.row.in_stock);
	assert.equal(stored.condition, 'used');
	assert.ok(stored.tags.includes('wool') && stored.tags.includes('oak'));
	assert.equal(stored.website, 'https://changed.example.com');
	assert.equal(stored.support, 'changed@example.com');
	assert.equal(stored.available_from, '2026-07-01 08:00:00.000Z');
	assert.deepEqual(stored.specs, { a: [1, 2] });
	assert.equal(stored.description, '<h2>Plain words</h2>');
	assert.deepEqual(stored.warehouse, { lon: -20, lat: 10.5 });
	await audit(page);
});

test('a new record: what the server refuses stands at its field, Ctrl+Enter creates and closes', async () => {
	const page = await dashboard.current.visit('#/collections/products');
	await page.locator('tbody tr a').first().waitFor();
	await page.keyboard.press('n');
	await queryIs(page, { create: 'new' });
	const form = editor(page);
	await form.getByRole('spinbutton', { name: 'price' }).fill('-1');
	await page.keyboard.press('Control+Enter');
	const name = form.locator('[data-field=name]');
	await name.getByText('Cannot be blank.').waitFor();
	assert.equal(await name.getByRole('textbox').getAttribute('aria-invalid'), 'true');
	await form.locator('[data-field=price] .error').waitFor();
	await name.getByRole('textbox').fill('Brand new vase');
	await form.getByRole('spinbutton', { name: 'price' }).fill('3');
	await page.keyboard.press('Control+Enter');
	await form.waitFor({ state: 'hidden' });
	await page.locator('tbody tr').first().getByText('Brand new vase').waitFor();
	await removeNewest('Brand new vase');
	await audit(page);
});

test('changes are kept through a reload, and can be let go', async () => {
	const product = await someProduct(12);
	const page = await dashboard.current.visit(`#/collections/products?record=${product.id}`);
	await editor(page).getByRole('textbox', { name: 'name' }).fill('Half a thought');
	await page.reload();
	await editor(page).getByText('Your unsaved changes').waitFor();
	assert.equal(await editor(page).getByRole('textbox', { name: 'name' }).inputValue(), 'Half a thought');
	await page.getByRole('button', { name: 'Discard them' }).click();
	assert.equal(await editor(page).getByRole('textbox', { name: 'name' }).inputValue(), product.row.name);
	await editor(page).getByRole('textbox', { name: 'name' }).fill('Another thought');
	await page.keyboard.press('Escape');
	await page.getByRole('dialog', { name: 'Leave with unsaved changes?' }).getByRole('button', { name: 'Discard' }).click();
	await editor(page).waitFor({ state: 'hidden' });
	assert.equal((await product.read()).name, product.row.name);
	await audit(page);
});

test('when somebody else changes the record, other fields follow and the same field asks', async () => {
	const product = await someProduct(13);
	const { api } = dashboard.current;
	const page = await dashboard.current.visit(`#/collections/products?record=${product.id}`);
	const form = editor(page);
	await form.getByRole('textbox', { name: 'name' }).fill('Mine');
	await api.send('PATCH', `/api/collections/products/records/${product.id}`, { name: 'Theirs', price: 77 });
	await form.getByText('Somebody else changed this to').waitFor();
	await page.waitForFunction(() => /** @type {HTMLInputElement} */ (document.querySelector('[data-field=price] input')).value === '77');
	await form.getByRole('button', { name: 'Keep mine' }).click();
	const done = answered(page, 'PATCH');
	await page.keyboard.press('Control+s');
	await done;
	const stored = await product.read();
	assert.deepEqual([stored.name, stored.price], ['Mine', 77]);
	await audit(page);
});

test('files are added, put in order and taken out again', async () => {
	const product = await someProduct(31);
	const page = await dashboard.current.visit(`#/collections/products?record=${product.id}`);
	const field = editor(page).locator('[data-field=photos]');
	const file = async (/** @type {string} */ name, /** @type {number} */ seed) => ({
		name,
		mimeType: 'image/png',
		buffer: Buffer.from(await picture(seed).arrayBuffer())
	});
	await field.locator('input[type=file]').setInputFiles([await file('one.png', 1), await file('two.png', 2)]);
	await field.getByRole('button', { name: 'Move two.png up' }).click();
	const done = answered(page, 'PATCH');
	await page.keyboard.press('Control+s');
	await done;
	await editor(page).getByText('No changes').waitFor();
	const photos = (await product.read()).photos;
	assert.equal(photos.length, product.row.photos.length + 2);
	const [kept, gone] = [photos.at(-2), photos.at(-1)];
	assert.match(kept, /^two_/);
	await field.getByRole('button', { name: `Remove ${gone}` }).click();
	await field.getByText('goes when you save').waitFor();
	await page.keyboard.press('Control+s');
	await editor(page).getByText('No changes').waitFor();
	assert.deepEqual((await product.read()).photos, photos.slice(0, -1));
	await audit(page);
});

test('related records are found by words and taken in their order', async () => {
	const { api } = dashboard.current;
	const { items } = await api.send('GET', '/api/collections/orders/records?perPage=1&sort=@rowid');
	const page = await dashboard.current.visit(`#/collections/orders?record=${items[0].id}`);
	await page.getByRole('button', { name: 'Choose from products' }).click();
	const picker = page.getByRole('dialog', { name: 'Choose from products' });
	await picker.getByRole('combobox', { name: 'Filter records' }).fill('armchair');
	await picker.getByRole('combobox', { name: 'Filter records' }).press('Enter');
	const found = picker.locator('li', { hasText: 'armchair' });
	await picker.locator('li').first().getByText('armchair').waitFor();
	const before = items[0].products.length;
	const free = found.filter({ has: page.locator('input:not(:checked)') }).first();
	const id = await free.locator('code').innerText();
	await free.getByRole('checkbox').check();
	await picker.getByRole('button', { name: /^Take/ }).click();
	await page.keyboard.press('Control+s');
	await editor(page).getByText('No changes').waitFor();
	const { products } = await api.send('GET', `/api/collections/orders/records/${items[0].id}`);
	assert.deepEqual([products.length, products.at(-1)], [before + 1, id]);
	await audit(page);
});

test('a copy begins with the same values and its own id', async () => {
	const product = await someProduct(15);
	const page = await dashboard.current.visit(`#/collections/products?record=${product.id}`);
	await editor(page).getByRole('button', { name: 'More' }).click();
	await page.getByRole('button', { name: 'Duplicate' }).click();
	await queryIs(page, { create: product.id });
	assert.equal(await editor(page).getByRole('textbox', { name: 'name' }).inputValue(), product.row.name);
	await editor(page).getByRole('button', { name: 'Create', exact: true }).click();
	await editor(page).waitFor({ state: 'hidden' });
	const { items } = await dashboard.current.api.send('GET', '/api/collections/products/records?perPage=1&sort=-@rowid');
	assert.equal(items[0].name, product.row.name);
	assert.notEqual(items[0].id, product.id);
	await removeNewest(product.row.name);
	await audit(page);
});

test('a copy takes the files along, as files of its own', async () => {
	const { api } = dashboard.current;
	const product = await someProduct(21);
	assert.ok(product.row.photos.length > 0 && product.row.manual);
	const page = await dashboard.current.visit(`#/collections/products?create=${product.id}`);
	const photos = editor(page).locator('[data-field=photos] li');
	await photos.first().getByText('new ·').waitFor();
	await editor(page).locator('[data-field=manual]').getByText('manual.pdf').waitFor();
	await page.keyboard.press('Control+Enter');
	await editor(page).waitFor({ state: 'hidden' });
	const { items } = await api.send('GET', '/api/collections/products/records?perPage=1&sort=-@rowid');
	assert.equal(items[0].photos.length, product.row.photos.length);
	assert.match(items[0].manual, /^manual_/);
	assert.notEqual(items[0].manual, product.row.manual);
	await removeNewest(product.row.name);
	await audit(page);
});

test('files and related records are put in order by dragging, too', async () => {
	const { api } = dashboard.current;
	const product = await someProduct(24);
	assert.ok(product.row.photos.length > 1);
	const page = await dashboard.current.visit(`#/collections/products?record=${product.id}`);
	const photos = editor(page).locator('[data-field=photos] li');
	await photos.last().locator('.share, .note, .name').first().waitFor();
	await photos.last().dragTo(photos.first(), { sourcePosition: { x: 300, y: 4 }, targetPosition: { x: 300, y: 4 } });
	await page.keyboard.press('Control+s');
	await editor(page).getByText('No changes').waitFor();
	const before = product.row.photos;
	assert.deepEqual((await product.read()).photos, [before.at(-1), ...before.slice(0, -1)]);
	const { items } = await api.send('GET', '/api/collections/orders/records?perPage=1&sort=@rowid&filter=products:length>2');
	await page.evaluate((id) => (location.hash = `#/collections/orders?record=${id}`), items[0].id);
	const related = editor(page).locator('[data-field=products] li');
	await related.nth(2).waitFor();
	await related.first().dragTo(related.last(), { sourcePosition: { x: 300, y: 4 }, targetPosition: { x: 300, y: 30 } });
	await page.keyboard.press('Control+s');
	await editor(page).getByText('No changes').waitFor();
	const [first, ...others] = items[0].products;
	assert.deepEqual((await api.send('GET', `/api/collections/orders/records/${items[0].id}`)).products, [...others, first]);
	await audit(page);
});

test('while choosing, a record is changed on the way and what is chosen stays in sight', async () => {
	const { api } = dashboard.current;
	const page = await dashboard.current.visit('#/collections/orders?create=new');
	await page.getByRole('button', { name: 'Choose from products' }).click();
	const picker = page.getByRole('dialog', { name: 'Choose from products' });
	const line = picker.locator('.list li').first();
	const name = await line.locator('.name').innerText();
	await line.getByRole('checkbox').check();
	await picker.getByRole('list', { name: 'Chosen records' }).getByText(name).waitFor();
	await line.getByRole('button', { name: `Edit ${name}` }).click();
	const drawer = page.getByRole('dialog', { name: `Record ${name}` });
	await drawer.getByRole('textbox', { name: 'name' }).fill('Renamed on the way');
	await drawer.getByRole('button', { name: 'Save changes' }).click();
	await drawer.waitFor({ state: 'detached' });
	await picker.getByRole('list', { name: 'Chosen records' }).getByText('Renamed on the way').waitFor();
	await picker.getByRole('button', { name: 'Remove Renamed on the way' }).click();
	assert.equal(await picker.getByRole('list', { name: 'Chosen records' }).count(), 0);
	const { items } = await api.send('GET', "/api/collections/products/records?filter=name='Renamed on the way'");
	await api.send('PATCH', `/api/collections/products/records/${items[0].id}`, { name });
	await audit(page);
});

test('that an address is verified is asked about before it is said', async () => {
	const { api } = dashboard.current;
	const { items } = await api.send('GET', '/api/collections/customers/records?perPage=1&filter=verified=false');
	const page = await dashboard.current.visit(`#/collections/customers?record=${items[0].id}`);
	const verified = editor(page).getByRole('switch', { name: 'verified' });
	await verified.click();
	await page.getByRole('dialog', { name: 'Say that the address is verified?' }).getByRole('button', { name: 'Cancel' }).click();
	await editor(page).getByText('No changes').waitFor();
	assert.equal(await verified.isChecked(), false);
	await verified.click();
	await page.getByRole('button', { name: 'It is verified' }).click();
	assert.equal(await verified.isChecked(), true);
	await page.keyboard.press('Control+s');
	await editor(page).getByText('No changes').waitFor();
	const read = () => api.send('GET', `/api/collections/customers/records/${items[0].id}`);
	assert.equal((await read()).verified, true);
	await api.send('PATCH', `/api/collections/customers/records/${items[0].id}`, { verified: false });
	await audit(page);
});

test('a password is generated, shown and copied; who may see an address is a switch', async () => {
	const { api } = dashboard.current;
	const page = await dashboard.current.visit('#/collections/customers?create=new');
	await editor(page).locator('[data-field=email] input').fill('generated@example.com');
	await editor(page).getByRole('switch', { name: 'emailVisibility' }).click();
	await editor(page).getByRole('button', { name: 'Generate and copy password' }).click();
	const made = await editor(page).locator('[data-field=password] input').inputValue();
	assert.equal(made.length, 20);
	await page.keyboard.press('Control+Enter');
	await editor(page).waitFor({ state: 'hidden' });
	const { record } = await api.send('POST', '/api/collections/customers/auth-with-password', {
		identity: 'generated@example.com',
		password: made
	});
	assert.equal(record.emailVisibility, true);
	await api.send('DELETE', `/api/collections/customers/records/${record.id}`);
	await audit(page);
});

test('a record is saved as a file of JSON', async () => {
	const product = await someProduct(2);
	const page = await dashboard.current.visit(`#/collections/products?record=${product.id}`);
	await editor(page).getByRole('button', { name: 'More' }).click();
	const coming = page.waitForEvent('download');
	await page.getByRole('button', { name: 'Save as JSON' }).click();
	assert.equal((await coming).suggestedFilename(), `products-${product.id}.json`);
	await audit(page);
});

test('an account: its password is changed, a token acts as it', async () => {
	const { api } = dashboard.current;
	const { items } = await api.send('GET', '/api/collections/customers/records?perPage=1');
	const page = await dashboard.current.visit(`#/collections/customers?record=${items[0].id}`);
	await editor(page).locator('[data-field=password] input').fill('a-new-password-1');
	await page.keyboard.press('Control+s');
	await editor(page).getByText('No changes').waitFor();
	await api.send('POST', '/api/collections/customers/auth-with-password', { identity: items[0].email, password: 'a-new-password-1' });
	await editor(page).getByRole('tab', { name: 'Account' }).click();
	await editor(page).getByLabel('Valid').selectOption('1 hour');
	await editor(page).getByRole('button', { name: 'Make a token' }).click();
	const token = await editor(page).locator('.token code').innerText();
	const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
	assert.deepEqual([claims.id, claims.refreshable], [items[0].id, false]);
	await audit(page);
});

test('an account: a mail to it, and signed out everywhere', async () => {
	const { api } = dashboard.current;
	const { items } = await api.send('GET', '/api/collections/customers/records?perPage=1&sort=-@rowid&filter=verified=false');
	const page = await dashboard.current.visit(`#/collections/customers?record=${items[0].id}&tab=account`);
	const asked = page.waitForRequest((request) => request.url().endsWith('/customers/request-verification'));
	await editor(page).getByRole('button', { name: 'Send a verification mail' }).click();
	assert.deepEqual((await asked).postDataJSON(), { email: items[0].email });
	await editor(page).getByRole('button', { name: 'Make a token' }).click();
	const token = await editor(page).locator('.token code').innerText();
	const status = async () =>
		(await fetch(`${base}/api/collections/customers/auth-refresh`, { method: 'POST', headers: { Authorization: token } })).status;
	await editor(page).getByText('No account of another provider is linked.').waitFor();
	assert.notEqual(await status(), 401);
	await editor(page).getByRole('button', { name: 'Sign out everywhere' }).click();
	await page.getByRole('dialog', { name: 'Sign out everywhere?' }).getByRole('button', { name: 'Sign out everywhere' }).click();
	await page.getByText('Sign out everywhere: done.').first().waitFor();
	assert.equal(await status(), 401);
	await audit(page);
});

test('on a phone the editor fills the screen', async () => {
	const product = await someProduct(16);
	const page = await dashboard.current.visit(`#/collections/products?record=${product.id}`, { viewport: phone });
	await editor(page).getByRole('textbox', { name: 'name' }).fill('From the bus');
	await editor(page).getByRole('button', { name: 'Save changes' }).click();
	await editor(page).waitFor({ state: 'hidden' });
	assert.equal((await product.read()).name, 'From the bus');
	assert.deepEqual(query(page), {});
	await audit(page);
});
