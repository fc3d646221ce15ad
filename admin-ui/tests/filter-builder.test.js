import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit, phone, query, queryIs, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

/** @typedef {import('playwright-core').Page} Page */

/** @param {Page} page */
const panel = (page) => page.getByRole('region', { name: 'Filter by conditions' });
/** @param {Page} page */
const box = (page) => page.getByRole('combobox', { name: 'Filter records' });

/** Opens a collection with the conditions in sight. @param {string} hash @param {object} [options] */
async function build(hash, options) {
	const page = await dashboard.current.visit(hash, options);
	await page.getByRole('button', { name: 'Filter by conditions' }).click();
	await panel(page).waitFor();
	return page;
}

/** Waits for the filter in the address. @param {Page} page @param {string} filter */
const filterIs = (page, filter) => queryIs(page, filter ? { filter } : {});

test('conditions write the expression, each with the input its field wants', async () => {
	const page = await build('#/collections/products');
	const rows = panel(page).getByRole('listitem');
	await rows.first().getByLabel('Field').selectOption('price');
	await rows.first().getByLabel('How price is compared').selectOption('is at least');
	await rows.first().getByLabel('Value of price').fill('100');
	await filterIs(page, 'price >= 100');
	assert.equal(await box(page).inputValue(), 'price >= 100');

	await panel(page).getByRole('button', { name: 'Condition', exact: true }).click();
	await rows.nth(1).getByLabel('Field').selectOption('condition');
	await rows.nth(1).getByLabel('Value of condition').selectOption('used');
	await filterIs(page, "price >= 100 && condition = 'used'");

	await rows.nth(1).getByLabel('Field').selectOption('in_stock');
	await filterIs(page, 'price >= 100 && in_stock = true');

	await panel(page).getByLabel('How many of these have to hold').selectOption('Any of these holds');
	await filterIs(page, 'price >= 100 || in_stock = true');

	await rows.nth(1).getByLabel('Field').selectOption('created');
	await rows.nth(1).getByLabel('Value of created', { exact: true }).selectOption('start of the year');
	await filterIs(page, 'price >= 100 || created >= @yearStart');

	await rows.nth(1).getByLabel('Field').selectOption('tags');
	await rows.nth(1).getByLabel('Value of tags').selectOption('oak');
	await filterIs(page, "price >= 100 || tags ?= 'oak'");

	await rows.nth(1).getByRole('button', { name: 'Remove the condition on tags' }).click();
	await filterIs(page, 'price >= 100');
	await audit(page);
});

test('a related record is picked from its collection', async () => {
	const { items } = await dashboard.current.api.send(
		'GET',
		`/api/collections/brands/records?filter=${encodeURIComponent("name='Amber Works'")}`
	);
	const page = await build('#/collections/products');
	const row = panel(page).getByRole('listitem').first();
	await row.getByLabel('Field').selectOption('brand');
	await row.getByRole('button', { name: /Choose from brands/ }).click();
	await page.getByRole('dialog', { name: 'Choose from brands' }).getByText('Amber Works').click();
	await filterIs(page, `brand = '${items[0].id}'`);
	await row.getByRole('link', { name: /Amber Works/ }).waitFor();
	await row.getByLabel('Field').selectOption('brand.name');
	await row.getByLabel('Value of name').fill('Birch');
	await filterIs(page, "brand.name ~ 'Birch'");
	await audit(page);
});

test('what is written in the box is read back, groups too', async () => {
	const page = await build('#/collections/products');
	await box(page).fill("price > 5 && (condition = 'new' || name !~ 'it\\'s')");
	await box(page).press('Enter');
	const group = panel(page).locator('.group');
	await group.getByLabel('Value of condition').waitFor();
	assert.equal(await group.getByLabel('Value of name').inputValue(), "it's");
	assert.equal(await group.getByLabel('How many of these have to hold').inputValue(), '||');
	await group.getByRole('button', { name: 'Remove the condition on name' }).click();
	await filterIs(page, "price > 5 && condition = 'new'");
	await panel(page).getByRole('button', { name: 'Group', exact: true }).click();
	await panel(page).locator('.group').last().getByLabel('Value of name').first().fill('a');
	await panel(page).locator('.group').last().getByLabel('Value of name').last().fill('b');
	await filterIs(page, "price > 5 && condition = 'new' && (name ~ 'a' || name ~ 'b')");
	await audit(page);
});

test('an expression that is more than conditions can only be written, and says so', async () => {
	const page = await build('#/collections/products?filter=' + encodeURIComponent('price > 5 && price < 9 || in_stock = true'));
	await panel(page).getByText('This filter says more than conditions can.').waitFor();
	assert.equal(await panel(page).getByRole('listitem').count(), 0);
	await panel(page).getByRole('button', { name: 'begin anew' }).click();
	await panel(page).getByRole('listitem').first().waitFor();
	await filterIs(page, '');
	await audit(page);
});

test('a cell suggests filters by its value; the keyboard and the drawer have them too', async () => {
	const page = await dashboard.current.visit('#/collections/products?sort=name');
	const cell = page.locator('tbody td[data-field=condition]').first();
	const value = (await cell.innerText()).trim();
	await cell.click({ button: 'right' });
	await page
		.getByRole('dialog', { name: 'What to do with condition' })
		.getByRole('button', { name: `Only where condition is ${value}` })
		.click();
	await queryIs(page, { sort: 'name', filter: `condition = '${value}'` });
	await page.waitForFunction(() => !document.querySelector('.stale'));
	await page.keyboard.press('j');
	await page.keyboard.press('f');
	const menu = page.getByRole('dialog', { name: /^Filter by a value of/ });
	await menu.getByRole('button', { name: /^Only where in_stock is/ }).press('Enter');
	await page.waitForURL(/in_stock/);
	assert.match(query(page)['filter'] ?? '', /^condition = '.*' && in_stock = (true|false)$/);
	await page.locator('tbody tr a').first().click();
	const drawer = page.getByRole('dialog', { name: /^Record/ });
	await drawer.getByRole('tab', { name: 'Read' }).click();
	await drawer.getByRole('button', { name: /^Only where price is/ }).click();
	await drawer.waitFor({ state: 'detached' });
	assert.match(query(page)['filter'] ?? '', / && price = [\d.]+$/);
	await audit(page);
});

test('names are completed in the box, through relations', async () => {
	const page = await dashboard.current.visit('#/collections/products');
	await box(page).fill('');
	await box(page).pressSequentially('bran');
	await page.getByRole('option', { name: /^brand / }).waitFor();
	await box(page).press('ArrowDown');
	await box(page).press('Tab');
	assert.equal(await box(page).inputValue(), 'brand ');
	await box(page).press('Backspace');
	await box(page).pressSequentially('.na');
	await page.getByRole('option', { name: /^brand\.name/ }).click();
	await box(page).pressSequentially("~ 'birch'");
	await box(page).press('Enter');
	await filterIs(page, "brand.name ~ 'birch'");
	await audit(page);
});

test('the log has conditions of its own', async () => {
	const page = await dashboard.current.visit('#/logs');
	await page.getByRole('button', { name: 'Filter by conditions' }).click();
	const row = panel(page).getByRole('listitem').first();
	await row.getByLabel('How status is compared').selectOption('is at least');
	await row.getByLabel('Value of status').fill('400');
	await filterIs(page, 'data.status >= 400');
	await row.getByLabel('Field').selectOption('data.method');
	await row.getByLabel('Value of method').selectOption('POST');
	await filterIs(page, "data.method = 'POST'");
	await audit(page);
});

test('conditions fit on a phone', async () => {
	const page = await build(`#/collections/orders?filter=${encodeURIComponent("total > 5 && (status = 'paid' || number ~ '1')")}`, {
		viewport: phone
	});
	await panel(page).getByLabel('Value of total').waitFor();
	await page.getByRole('heading', { name: 'orders', level: 1 }).getByText('orders').waitFor();
	await audit(page);
});

test('with fingers, a card and a row have a menu of their own for that', async () => {
	const page = await dashboard.current.visit('#/collections/products?sort=name', { viewport: phone });
	const cards = page.getByRole('region', { name: 'Records of products' });
	await cards
		.getByRole('button', { name: /^Filter by a value of Amber/ })
		.first()
		.click();
	await page.getByRole('button', { name: /^Only where condition is/ }).click();
	await page.waitForURL(/filter=condition/);
	await audit(page);
	const touched = await dashboard.current.visit('#/collections/products?sort=name', { touch: true });
	await touched
		.getByRole('button', { name: /^Filter by a value of/ })
		.first()
		.click();
	await touched.getByRole('button', { name: /^Only where in_stock is/ }).click();
	await touched.waitForURL(/filter=in_stock/);
	await audit(touched);
});
