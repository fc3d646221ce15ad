import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit, phone, query, queryIs, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

test('records come page by page, and the address says which', async () => {
	const page = await dashboard.current.visit('#/collections/products');
	await page.getByText('1–50 of').waitFor();
	await page.getByText('60 records', { exact: true }).waitFor();
	await page.getByLabel('Per page').selectOption('25');
	await page.getByText('1–25 of').waitFor();
	await queryIs(page, { perPage: '25' });
	await page.getByRole('link', { name: 'Next page' }).click();
	await page.getByText('26–50 of').waitFor();
	await queryIs(page, { perPage: '25', page: '2' });
	await page.keyboard.press(']');
	await page.getByText('51–60 of').waitFor();
	await page.goBack();
	await page.getByText('26–50 of').waitFor();
	await audit(page);
});

test('a press on a head sorts one way, then the other, then as usual', async () => {
	const page = await dashboard.current.visit('#/collections/products?perPage=25');
	const head = page.getByRole('columnheader', { name: 'price' });
	await head.getByRole('link').click();
	await queryIs(page, { sort: '-price', perPage: '25' });
	await page.locator('th[aria-sort=descending]', { hasText: 'price' }).waitFor();
	const { items } = await dashboard.current.api.send('GET', '/api/collections/products/records?perPage=1&sort=-price');
	await page.locator('tbody tr').first().getByText(items[0].name, { exact: true }).waitFor();
	await head.getByRole('link').click();
	await queryIs(page, { sort: 'price', perPage: '25' });
	await page.locator('th[aria-sort=ascending]', { hasText: 'price' }).waitFor();
	await head.getByRole('link').click();
	await queryIs(page, { perPage: '25' });
	await audit(page);
});

test('words are looked for in every field', async () => {
	const page = await dashboard.current.visit('#/collections/products?perPage=25');
	await page.locator('tbody tr a').first().waitFor();
	await page.keyboard.press('/');
	await page.keyboard.type('desk lamp');
	await page.keyboard.press('Enter');
	await page
		.locator('tbody tr')
		.first()
		.getByText(/desk lamp/)
		.first()
		.waitFor();
	await page
		.locator('footer strong')
		.filter({ hasText: /^[1-5]?\d record/ })
		.waitFor();
	assert.deepEqual(query(page), { perPage: '25', filter: 'desk lamp' });
	await audit(page);
});

test('an expression filters; a reload shows the same, whatever signs it holds', async () => {
	const page = await dashboard.current.visit('#/collections/products?perPage=25');
	const box = page.getByRole('combobox', { name: 'Filter records' });
	await box.fill(`price > 100 && name !~ '100%#1'`);
	await box.press('Enter');
	await page
		.locator('footer strong')
		.filter({ hasText: /^[1-5]?\d record/ })
		.waitFor();
	const total = await page.locator('footer strong').innerText();
	await page.reload();
	await page.locator('footer strong').getByText(total).waitFor();
	assert.equal(await box.inputValue(), `price > 100 && name !~ '100%#1'`);
	await page.getByRole('button', { name: 'Clear the filter' }).click();
	await page.getByText('60 records', { exact: true }).waitFor();
	await audit(page);
});

test('a filter the server refuses is answered under its box', async () => {
	const page = await dashboard.current.visit('#/collections/products?perPage=25');
	const box = page.getByRole('combobox', { name: 'Filter records' });
	await box.fill('nothing > 3');
	await box.press('Enter');
	await page.getByRole('alert').getByText('The filter was not accepted.').waitFor();
	assert.equal(await box.getAttribute('aria-invalid'), 'true');
	await audit(page);
});

test('what the server says about a filter is shown word for word', async () => {
	const page = await dashboard.current.visit('#/collections/products?perPage=25');
	await page.route('**/records?*filter=*', (route) =>
		route.fulfill({
			status: 400,
			json: {
				status: 400,
				message: 'Bad filter.',
				data: { filter: { code: 'invalid_filter', message: 'Unknown field “prise”. Did you mean “price”?' } }
			}
		})
	);
	const box = page.getByRole('combobox', { name: 'Filter records' });
	await box.fill('prise > 3');
	await box.press('Enter');
	await page.getByRole('alert').getByText('Did you mean “price”?').waitFor();
	await audit(page);
});

test('a filter that nothing passes says so, and lets go', async () => {
	const page = await dashboard.current.visit(`#/collections/products?filter=${encodeURIComponent('price < 0')}`);
	await page.getByRole('heading', { name: 'No record passes this filter' }).waitFor();
	await page.getByRole('main').getByRole('button', { name: 'Clear the filter' }).last().click();
	await page.getByText('60 records', { exact: true }).waitFor();
	await audit(page);
});

test('an empty collection says so', async () => {
	const page = await dashboard.current.visit('#/collections/wishlists');
	await page.getByRole('heading', { name: 'No records yet' }).waitFor();
	await audit(page);
});

test('every kind of field has its cell', async () => {
	const { items } = await dashboard.current.api.send('GET', '/api/collections/products/records?perPage=2&sort=@rowid');
	const page = await dashboard.current.visit(`#/collections/products?filter=${encodeURIComponent(`id = '${items[1].id}'`)}`);
	const row = page.locator('tbody tr[data-line]');
	await row.waitFor();
	const shown = await row.innerText();
	for (const part of ['Linen armchair', '82.3', 'True', 'new', 'handmade', 'example.com', '02 Feb 2026', '"assembled"', '48.85660° N']) {
		assert.ok(shown.includes(part), `${part} in: ${shown}`);
	}
	assert.equal(await page.getByRole('columnheader', { name: 'door_code' }).count(), 0);
	assert.equal(await page.getByRole('columnheader', { name: 'buyer_note' }).count(), 0);
	await audit(page);
});

test('columns are chosen once and stay chosen', async () => {
	const page = await dashboard.current.visit('#/collections/products?perPage=25');
	await page.getByRole('columnheader', { name: 'price' }).waitFor();
	await page.getByRole('button', { name: 'Columns' }).click();
	await page.getByRole('checkbox', { name: 'price' }).uncheck();
	await page.getByRole('checkbox', { name: 'buyer_note' }).check();
	await page.getByRole('columnheader', { name: 'buyer_note' }).waitFor();
	await page.reload();
	await page.getByRole('columnheader', { name: 'buyer_note' }).waitFor();
	assert.equal(await page.getByRole('columnheader', { name: 'price' }).count(), 0);
	await audit(page);
});

test('on a phone records are cards', async () => {
	const page = await dashboard.current.visit('#/collections/orders', { viewport: phone });
	await page.getByRole('link', { name: /2026-1029/ }).waitFor();
	assert.equal(await page.getByRole('table').count(), 0);
	await page.getByRole('button', { name: 'Order', exact: true }).click();
	await page.getByLabel('Order by', { exact: true }).selectOption('number');
	await queryIs(page, { sort: 'number' });
	await page.keyboard.press('Escape');
	await page.getByRole('link', { name: /2026-1000/ }).waitFor();
	await audit(page);
});

test('the card about filters', async () => {
	const page = await dashboard.current.visit('#/collections/products?perPage=25');
	await page.getByRole('button', { name: 'How to filter' }).click();
	await page.getByRole('dialog', { name: 'How to filter' }).getByText('any of several values').waitFor();
	await audit(page);
});

test('addresses of other dashboards of the protocol still lead here', async () => {
	const page = await dashboard.current.visit('#/collections?collection=products&sort=-price');
	await page.getByRole('columnheader', { name: 'price' }).waitFor();
	await queryIs(page, { sort: '-price' });
	await audit(page);
});

test('a record of a view is read, opened by Space', async () => {
	const page = await dashboard.current.visit('#/collections/order_totals');
	const row = page.locator('tbody a[data-row="0"]');
	await row.focus();
	await page.keyboard.press('Space');
	const drawer = page.getByRole('dialog', { name: /^Record / });
	await drawer.getByRole('tab', { name: 'Read' }).waitFor();
	assert.equal(await drawer.getByRole('tab', { name: 'Edit' }).count(), 0);
	await drawer.getByRole('button', { name: 'More' }).click();
	await page.getByRole('button', { name: 'Copy as JSON' }).waitFor();
	await page.getByRole('button', { name: 'Save as JSON' }).waitFor();
	assert.equal(await page.getByRole('button', { name: 'Delete' }).count(), 0);
	await audit(page);
});

test('the own account is marked among the superusers', async () => {
	const page = await dashboard.current.visit('#/collections/_superusers');
	await page.locator('tr[data-line] th', { hasText: '(you)' }).waitFor();
	assert.equal(await page.getByText('(you)').count(), 1);
	await audit(page);
});
