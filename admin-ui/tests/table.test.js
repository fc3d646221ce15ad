import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit, phone, query, queryIs, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

/** @typedef {import('playwright-core').Page} Page */

/** @param {Page} page @param {string} name */
const head = (page, name) => page.getByRole('columnheader', { name, exact: true });
/** @param {Page} page @param {string} name */
const edge = (page, name) => page.getByRole('separator', { name: `Width of ${name}`, exact: true });
/** @param {Page} page */
const names = async (page) => (await page.locator('thead th .name').allInnerTexts()).slice(0, 4);
/** @param {Page} page @param {string} name */
const widthOf = async (page, name) => Math.round((await head(page, name).boundingBox())?.width ?? 0);

test('a filter box offers what was looked for lately: with keys, with the mouse, to forget one or all', async () => {
	const page = await dashboard.current.visit('#/collections/products?perPage=25');
	const box = page.getByRole('combobox', { name: 'Filter records' });
	for (const filter of ['desk lamp', 'price > 100', 'desk lamp']) {
		await box.fill(filter);
		await box.press('Enter');
		await queryIs(page, { perPage: '25', filter });
	}
	await page.reload();
	await page.getByRole('button', { name: 'Clear the filter' }).click();
	await queryIs(page, { perPage: '25' });
	const menu = page.getByRole('dialog', { name: 'Recent searches' });
	await box.press('ArrowDown');
	await menu.getByRole('button', { name: 'desk lamp', exact: true }).and(page.locator(':focus')).waitFor();
	// Newest first, and each only once.
	assert.deepEqual(await menu.locator('.pick').allInnerTexts(), ['desk lamp', 'price > 100']);
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('Enter');
	await queryIs(page, { perPage: '25', filter: 'price > 100' });
	await page.getByRole('button', { name: 'Recent searches' }).first().click();
	assert.deepEqual(await menu.locator('.pick').allInnerTexts(), ['price > 100', 'desk lamp']);
	await menu.getByRole('button', { name: 'Forget price > 100' }).click();
	assert.deepEqual(await menu.locator('.pick').allInnerTexts(), ['desk lamp']);
	await menu.getByRole('button', { name: 'Forget all' }).click();
	await page.getByRole('button', { name: 'Recent searches' }).click();
	await menu.getByText('Nothing was looked for here yet.').waitFor();
	// Each box has its own.
	await page.evaluate(() => (location.hash = '#/logs'));
	const log = page.getByRole('combobox', { name: 'Filter the log' });
	await log.fill('data.status >= 400');
	await log.press('Enter');
	await page.getByRole('button', { name: 'Recent searches' }).click();
	assert.deepEqual(await menu.locator('.pick').allInnerTexts(), ['data.status >= 400']);
	await audit(page);
});

test('Shift adds a key to the order, with the mouse and with Enter; the heads say which is which', async () => {
	const page = await dashboard.current.visit('#/collections/products?perPage=25&sort=condition');
	await head(page, 'condition').waitFor();
	await head(page, 'price')
		.getByRole('link')
		.click({ modifiers: ['Shift'] });
	await queryIs(page, { perPage: '25', sort: 'condition,-price' });
	await page.locator('th[aria-sort=descending]', { hasText: 'price' }).getByText('2', { exact: true }).waitFor();
	await page.locator('th[aria-sort=ascending]', { hasText: 'condition' }).getByText('1', { exact: true }).waitFor();
	const { items } = await dashboard.current.api.send('GET', '/api/collections/products/records?perPage=1&sort=condition,-price');
	await page.locator('tbody tr').first().getByText(items[0].name, { exact: true }).waitFor();
	await head(page, 'price').getByRole('link').focus();
	await page.keyboard.press('Shift+Enter');
	await queryIs(page, { perPage: '25', sort: 'condition,price' });
	// A relation is sorted by the name of what it points at.
	await head(page, 'brand').getByRole('link').click();
	await queryIs(page, { perPage: '25', sort: 'brand.name' });
	await page.locator('th[aria-sort=ascending]', { hasText: 'brand' }).waitFor();
	await audit(page);
});

test('columns are put into another order by dragging and by buttons, and stay there', async () => {
	const page = await dashboard.current.visit('#/collections/products?perPage=25');
	await head(page, 'price').waitFor();
	assert.deepEqual(await names(page), ['id', 'name', 'price', 'in_stock']);
	await head(page, 'price')
		.getByRole('link')
		.dragTo(head(page, 'name'), { targetPosition: { x: 8, y: 10 } });
	await page.waitForFunction(() => document.querySelectorAll('thead th .name')[1]?.textContent === 'price');
	await page.getByRole('button', { name: 'Columns' }).click();
	await page.getByRole('button', { name: 'Move in_stock up' }).focus();
	await page.keyboard.press('Enter');
	await page.getByRole('button', { name: 'Move in_stock up' }).and(page.locator(':focus')).waitFor();
	await page.keyboard.press('Enter');
	await page.reload();
	await head(page, 'price').waitFor();
	assert.deepEqual(await names(page), ['id', 'in_stock', 'price', 'name']);
	await page.getByRole('button', { name: 'Columns' }).click();
	await page.getByRole('button', { name: 'As at first' }).click();
	await page.waitForFunction(() => document.querySelectorAll('thead th .name')[1]?.textContent === 'name');
	await audit(page);
});

test('a column is made wider by its edge: pulled, with the arrows, as wide as its content; a view keeps it', async () => {
	const page = await dashboard.current.visit('#/collections/products?perPage=25');
	await head(page, 'name').waitFor();
	const before = await widthOf(page, 'name');
	const at = await edge(page, 'name').boundingBox();
	assert.ok(at);
	await page.mouse.move(at.x + 4, at.y + 10);
	await page.mouse.down();
	await page.mouse.move(at.x + 64, at.y + 10, { steps: 3 });
	await page.mouse.up();
	assert.equal(await widthOf(page, 'name'), before + 60);
	await edge(page, 'name').focus();
	await page.keyboard.press('ArrowLeft');
	assert.equal(await widthOf(page, 'name'), before + 44);
	assert.equal(await edge(page, 'name').getAttribute('aria-valuenow'), String(before + 44));
	await page.reload();
	await head(page, 'name').waitFor();
	assert.equal(await widthOf(page, 'name'), before + 44);
	// Nothing of the longest name is cut.
	await edge(page, 'name').dblclick();
	await page.waitForFunction((before) => (document.querySelectorAll('thead th')[1]?.clientWidth ?? 0) !== before, before + 44);
	const cut = () =>
		page.locator('td[data-field=name]').evaluateAll((cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth).length);
	assert.equal(await cut(), 0);
	await edge(page, 'name').focus();
	await page.keyboard.press('Shift+ArrowLeft');
	assert.ok((await cut()) > 0);
	// From any value, too; the edges are no stops on the way through the page.
	await page
		.getByRole('link', { name: /^[a-z0-9]{15}$/ })
		.first()
		.focus();
	await page.keyboard.press('ArrowRight');
	const narrow = await widthOf(page, 'name');
	await page.keyboard.press('Shift+ArrowRight');
	assert.equal(await widthOf(page, 'name'), narrow + 16);
	await page.keyboard.press('Shift+ArrowLeft');
	assert.equal(await widthOf(page, 'name'), narrow);
	assert.equal(await page.locator('thead [role=separator][tabindex="0"]').count(), 0);
	const chosen = await widthOf(page, 'name');
	await page.getByRole('button', { name: 'Views', exact: true }).click();
	await page.getByLabel('Save what is shown as a view').fill('Roomy');
	await page.keyboard.press('Enter');
	await page.getByRole('button', { name: 'Roomy', exact: true }).waitFor();
	const { views } = await dashboard.current.api.send('GET', '/api/dashboard');
	const [saved] = /** @type {any[]} */ (Object.values(views).flat());
	const other = await dashboard.current.visit(`#/collections/products?view=${saved.id}`);
	await head(other, 'name').waitFor();
	assert.equal(await widthOf(other, 'name'), chosen);
	await edge(other, 'price').focus();
	await other.keyboard.press('ArrowRight');
	await other.getByRole('button', { name: 'Roomy (changed)' }).waitFor();
	assert.match(query(other)['columns'] ?? '', /price:\d+/);
	await dashboard.current.api.send('PUT', '/api/dashboard/views', {});
	await audit(other);
});

test('a hundred columns are ordered and widened like a few', async () => {
	const { api } = dashboard.current;
	const wideFields = Array.from({ length: 100 }, (_, i) => ({ name: `field_${String(i).padStart(3, '0')}`, type: 'text' }));
	await api.ensureCollection({ name: 'broad', type: 'base', fields: wideFields });
	await api.create(
		'broad',
		Array.from({ length: 12 }, (_, i) => ({ field_000: `first ${i}`, field_099: 'last' }))
	);
	const page = await dashboard.current.visit('#/collections/broad');
	await head(page, 'field_000').waitFor();
	await edge(page, 'field_000').focus();
	await page.keyboard.press('Shift+ArrowRight');
	const width = await widthOf(page, 'field_000');
	await page.locator('.scroll').evaluate((scroll) => (scroll.scrollLeft = scroll.scrollWidth));
	await head(page, 'field_099').waitFor();
	await head(page, 'field_099')
		.getByRole('link')
		.dragTo(head(page, 'field_097'), { targetPosition: { x: 8, y: 10 } });
	await page.locator('.scroll').evaluate((scroll) => (scroll.scrollLeft = 0));
	await head(page, 'field_000').waitFor();
	assert.equal(await widthOf(page, 'field_000'), width);
	const kept = await page.evaluate(
		() => Object.entries(localStorage).find(([key, value]) => key.startsWith('cratebase.columns.') && value.length > 2000)?.[1]
	);
	const order = /** @type {{ id: string }[]} */ (JSON.parse(kept ?? '[]'));
	assert.equal(order.length, 101);
	const cells = page.locator('tr[data-line="0"] td[data-field]');
	await cells.first().waitFor();
	assert.ok((await cells.count()) < 40, 'only what is in sight is drawn');
	await api.send('DELETE', '/api/collections/broad');
});

test('on a phone the order has several keys, too', async () => {
	const page = await dashboard.current.visit('#/collections/orders', { viewport: phone });
	await page.getByRole('link', { name: /2026-1029/ }).waitFor();
	await page.getByRole('button', { name: 'Order', exact: true }).click();
	await page.getByLabel('Order by', { exact: true }).selectOption('status');
	await queryIs(page, { sort: 'status' });
	await page.getByLabel('Then by', { exact: true }).selectOption('number');
	await queryIs(page, { sort: 'status,number' });
	await page.getByRole('button', { name: 'Smallest number first' }).click();
	await queryIs(page, { sort: 'status,-number' });
	await page.getByRole('button', { name: 'Do not order by status' }).click();
	await queryIs(page, { sort: '-number' });
	await audit(page);
});
