import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit, phone, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

test('the sidebar finds collections by part of their name, and Enter opens the first', async () => {
	const page = await dashboard.current.visit('#/collections');
	const sidebar = page.getByRole('navigation', { name: 'Collections' });
	await sidebar.getByRole('link', { name: 'products' }).waitFor();
	await sidebar.getByRole('searchbox', { name: 'Find a collection' }).click();
	await page.keyboard.type('prod');
	await sidebar.getByRole('link', { name: 'orders', exact: true }).waitFor({ state: 'detached' });
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'products', level: 1 }).waitFor();
	await sidebar.locator('a[aria-current=page]', { hasText: 'products' }).waitFor();
	await audit(page);
});

test('system collections stay folded until wanted', async () => {
	const page = await dashboard.current.visit('#/collections');
	const group = page.getByRole('button', { name: 'System' });
	await group.waitFor();
	assert.equal(await group.getAttribute('aria-expanded'), 'false');
	await group.click();
	await page.getByRole('link', { name: '_superusers' }).waitFor();
	await page.reload();
	await page.getByRole('link', { name: '_superusers' }).waitFor();
	await audit(page);
});

test('the overview counts records and shows who may do what', async () => {
	const page = await dashboard.current.visit('#/collections');
	const line = page
		.getByRole('main')
		.getByRole('listitem')
		.filter({ has: page.getByRole('link', { name: 'products', exact: true }) });
	await line.filter({ hasText: /Base\s*60\s/ }).waitFor();
	await page.getByTitle('Create: everyone (guests too)').first().waitFor();
	await page.getByLabel('System collections').check();
	await page.getByRole('main').getByRole('link', { name: '_otps' }).waitFor();
	await audit(page);
});

test('a chosen theme holds against the system and through a reload', async () => {
	const page = await dashboard.current.visit('#/collections');
	await page.getByRole('radio', { name: 'Dark' }).check();
	await page.reload();
	await page.getByRole('radio', { name: 'Dark' }).waitFor();
	assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), 'dark');
	await page.getByRole('radio', { name: 'As the system' }).check();
	assert.equal(await page.evaluate(() => localStorage.getItem('cratebase.theme')), null);
	await audit(page);
});

test('on a phone the collections come from the side and go with Esc', async () => {
	const page = await dashboard.current.visit('#/collections', { viewport: phone });
	const menu = page.getByRole('button', { name: 'Collections' });
	await menu.click();
	const drawer = page.getByRole('dialog', { name: 'Collections' });
	await drawer.getByRole('link', { name: 'orders', exact: true }).waitFor();
	await page.keyboard.press('Escape');
	await drawer.waitFor({ state: 'hidden' });
	await menu.click();
	await drawer.getByRole('link', { name: 'orders', exact: true }).click();
	await page.getByRole('heading', { name: 'orders' }).waitFor();
	await drawer.waitFor({ state: 'hidden' });
	await audit(page);
});

test('? lists the keys', async () => {
	const page = await dashboard.current.visit('#/collections');
	await page.getByRole('heading', { name: 'Collections', level: 1 }).waitFor();
	await page.keyboard.press('?');
	await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
	await audit(page);
});

test('an address that leads nowhere is told so kindly', async () => {
	const page = await dashboard.current.visit('#/no/such/screen');
	await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
	await audit(page);
});

test('a collection that is not there is told so kindly', async () => {
	const page = await dashboard.current.visit('#/collections/nothing');
	await page.getByRole('heading', { name: 'There is no collection “nothing”' }).waitFor();
	await audit(page);
});

test('a server that does not answer is told so, with another try', async () => {
	const page = await dashboard.current.visit('#/login', { guest: false });
	await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
	await page.route('**/api/collections/orders/records*', (route) => route.abort());
	await page.getByRole('navigation', { name: 'Collections' }).getByRole('link', { name: 'orders', exact: true }).click();
	await page.getByText('The server does not answer.').waitFor();
	await page.unrouteAll();
	await page.getByRole('button', { name: 'Try again' }).click();
	await page.getByRole('columnheader', { name: 'customer' }).waitFor();
	await audit(page);
});

test('the diagram shows the collections and leads to each', async () => {
	const page = await dashboard.current.visit('#/collections');
	await page.getByRole('link', { name: 'Diagram' }).click();
	const diagram = page.getByRole('region', { name: 'Diagram of the collections' });
	await diagram.getByRole('heading', { name: 'order_totals' }).waitFor();
	// orders → customers and products, products → brands, and what the view reads.
	assert.equal(await diagram.locator('.lines path').count(), 4);
	await page.getByLabel('System collections').check();
	await diagram.getByRole('heading', { name: '_otps' }).waitFor();
	await page.getByRole('button', { name: 'Smaller' }).click();
	await page.getByText('80 %').waitFor();
	await diagram.getByRole('link', { name: 'brands' }).focus();
	assert.equal(await diagram.locator('.lines path.lit').count(), 1);
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'Schema of brands', level: 1 }).waitFor();
	await page.goBack();
	await diagram.getByRole('heading', { name: 'brands' }).waitFor();
	await audit(page);
});
