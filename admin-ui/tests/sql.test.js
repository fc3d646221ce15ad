import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit, query, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

/** @param {import('playwright-core').Page} page */
const editor = (page) => page.getByRole('textbox', { name: 'Statement' }).and(page.locator('[contenteditable]'));

/** An answer for every statement, and what was asked. @param {import('playwright-core').Page} page */
async function fakeDatabase(page) {
	/** @type {string[]} */
	const asked = [];
	await page.route('**/api/sql', (route) => {
		const { query } = route.request().postDataJSON();
		asked.push(query);
		if (query.includes('nowhere'))
			return route.fulfill({
				status: 400,
				json: { status: 400, message: 'Failed to execute query. Raw error:\nno such table: nowhere.', data: {} }
			});
		if (/^update/i.test(query)) return route.fulfill({ json: { execTime: 1, affectedRows: 3, columns: [], rows: [] } });
		return route.fulfill({
			json: {
				execTime: 2,
				affectedRows: 0,
				columns: [
					{ name: 'name', type: 'TEXT', nullable: true },
					{ name: 'price', type: 'NUMERIC', nullable: true }
				],
				rows: [
					['Linen armchair', '82.3'],
					['Oak "small" table', null]
				]
			}
		});
	});
	return asked;
}

test('a statement is run by Ctrl+Enter; its rows are a table, and the address has it', async () => {
	const page = await dashboard.current.visit('#/sql');
	await fakeDatabase(page);
	await editor(page).fill('SELECT name, price FROM products');
	await page.keyboard.press('Control+Enter');
	await page.getByRole('status').getByText('2 rows').waitFor();
	await page.getByRole('cell', { name: 'Linen armchair' }).waitFor();
	assert.equal(query(page)['q'], 'SELECT name, price FROM products');
	await audit(page);
});

test('what writes is asked about first; what fails says why', async () => {
	const page = await dashboard.current.visit('#/sql');
	const asked = await fakeDatabase(page);
	await editor(page).fill("UPDATE products SET name = ''");
	await page.getByRole('button', { name: 'Run' }).click();
	const ask = page.getByRole('dialog', { name: 'Change the database?' });
	await ask.getByRole('button', { name: 'Cancel' }).click();
	assert.deepEqual(asked, []);
	await page.getByRole('button', { name: 'Run' }).click();
	await ask.getByRole('button', { name: 'Run' }).click();
	await page.getByText('3 rows changed').waitFor();
	await editor(page).fill('SELECT * FROM nowhere');
	await page.getByRole('button', { name: 'Run' }).click();
	await page.getByText('no such table: nowhere').waitFor();
	await audit(page);
});

test('statements are saved by name and come back', async () => {
	const page = await dashboard.current.visit('#/sql');
	await fakeDatabase(page);
	await editor(page).fill('SELECT 1');
	await page.getByRole('button', { name: 'Save' }).click();
	const ask = page.getByRole('dialog', { name: 'Save the statement' });
	await ask.getByLabel('Name').fill('One');
	await ask.getByRole('button', { name: 'Save' }).click();
	await page.reload();
	await page.getByRole('button', { name: 'One', exact: true }).click();
	await page.locator('[contenteditable]', { hasText: 'SELECT 1' }).waitFor();
	await page.getByRole('button', { name: 'Delete One' }).click();
	await page.getByRole('button', { name: 'Undo' }).click();
	await page.getByRole('button', { name: 'One', exact: true }).waitFor();
	await audit(page);
});
