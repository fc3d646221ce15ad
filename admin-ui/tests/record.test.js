import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit, query, queryIs, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

test('j, k and Enter walk and open; Esc closes and gives the focus back', async () => {
	const page = await dashboard.current.visit('#/collections/products?perPage=25');
	await page.locator('tbody tr a').first().waitFor();
	await page.keyboard.press('j');
	await page.keyboard.press('j');
	await page.keyboard.press('j');
	await page.keyboard.press('k');
	const second = await page.locator('tbody tr a').nth(1).innerText();
	assert.equal(await page.evaluate(() => document.activeElement?.textContent), second);
	await page.keyboard.press('Enter');
	const drawer = page.getByRole('dialog');
	await drawer.getByText(second).first().waitFor();
	await queryIs(page, { record: second, perPage: '25' });
	await page.keyboard.press('j');
	const third = await page.locator('tbody tr a').nth(2).innerText();
	await queryIs(page, { record: third, perPage: '25' });
	await page.keyboard.press('k');
	await queryIs(page, { record: second, perPage: '25' });
	await page.keyboard.press('Escape');
	await drawer.waitFor({ state: 'hidden' });
	await queryIs(page, { perPage: '25' });
	assert.equal(await page.evaluate(() => document.activeElement?.textContent), second);
	await audit(page);
});

test('the drawer shows every field, hidden ones too, and the record as JSON', async () => {
	const page = await dashboard.current.visit('#/collections/products?perPage=25');
	await page.locator('tbody tr').nth(9).click();
	const drawer = page.getByRole('dialog');
	await drawer.getByRole('tab', { name: 'Read' }).click();
	for (const name of ['name', 'price', 'photos', 'specs', 'warehouse', 'door_code', 'buyer_note', 'updated']) {
		await drawer.getByRole('term').filter({ hasText: name }).first().waitFor();
	}
	await drawer.getByText('never shown').waitFor();
	await drawer.getByRole('tab', { name: 'Read' }).press('ArrowRight');
	const json = await drawer.getByRole('region', { name: 'The record as JSON' }).innerText();
	assert.equal(JSON.parse(json).id, query(page)['record']);
	await audit(page);
});

test('a link to a record opens it wherever it lies', async () => {
	const { api } = dashboard.current;
	const { items } = await api.send('GET', '/api/collections/products/records?perPage=1&sort=@rowid');
	const page = await dashboard.current.visit(`#/collections/products?record=${items[0].id}&tab=read`);
	await page.getByRole('dialog').getByRole('term').filter({ hasText: 'price' }).waitFor();
	await page
		.getByRole('dialog')
		.getByRole('link', { name: /Works|Sons/ })
		.click();
	await page.getByRole('heading', { name: 'brands', level: 1 }).waitFor({ state: 'attached' });
	await page.getByRole('dialog').getByRole('combobox', { name: 'country' }).waitFor();
	await audit(page);
});

test('a record that is gone is told so', async () => {
	const page = await dashboard.current.visit('#/collections/products?record=aaaaaaaaaaaaaaa');
	await page.getByRole('dialog').getByText('There is no such record').waitFor();
	await audit(page);
});

test('the id can be copied', async () => {
	const page = await dashboard.current.visit('#/collections/products?perPage=25');
	await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
	await page.locator('tbody tr a').first().waitFor();
	await page.keyboard.press('j');
	await page.keyboard.press('c');
	await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor({ state: 'attached' });
	assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await page.locator('tbody tr a').first().innerText());
	await audit(page);
});

test('what points at a record is counted, and a press away', async () => {
	const { api } = dashboard.current;
	const { items } = await api.send('GET', '/api/collections/brands/records?perPage=1');
	const asked = encodeURIComponent(`brand = '${items[0].id}'`);
	const { totalItems } = await api.send('GET', `/api/collections/products/records?perPage=1&filter=${asked}`);
	const page = await dashboard.current.visit(`#/collections/brands?record=${items[0].id}&tab=read`);
	const section = page.getByRole('region', { name: 'Referenced by' });
	const link = section
		.getByRole('listitem')
		.filter({ hasText: 'products' })
		.getByRole('link', { name: `${totalItems} record` });
	await link.click();
	await page.getByRole('heading', { name: 'products', level: 1 }).waitFor();
	await page.getByText(`${totalItems} record`).first().waitFor();
	assert.match(decodeURIComponent(page.url()), new RegExp(`brand = '${items[0].id}'`));
	await audit(page);
});
