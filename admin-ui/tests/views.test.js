import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit, phone, query, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

/** @typedef {import('playwright-core').Page} Page */

/** @param {Page} page @param {string | RegExp} name */
const open = (page, name) => page.getByRole('button', { name, exact: true }).click();
/** @param {Page} page */
const menu = (page) => page.getByRole('dialog', { name: 'Views of products' });

/** What the team shares, as the server has it. */
const stored = async () => {
	const { views } = await dashboard.current.api.send('GET', '/api/dashboard');
	return Object.values(views ?? {}).flat();
};

test('a view keeps columns, order, filter and density under a name, for everybody', async () => {
	const page = await dashboard.current.visit(`#/collections/products?sort=-price&filter=${encodeURIComponent('price > 100')}`);
	await page.getByRole('columnheader', { name: 'price' }).waitFor();
	await open(page, 'Columns');
	await page.getByRole('checkbox', { name: 'tags' }).uncheck();
	await page.getByRole('radio', { name: 'Compact' }).check();
	await page.keyboard.press('Escape');
	await open(page, 'Views');
	await menu(page).getByLabel('Save what is shown as a view').fill('Expensive');
	await page.keyboard.press('Enter');
	await page.getByRole('button', { name: 'Expensive', exact: true }).waitFor();
	const [saved] = await stored();
	assert.equal(saved.name, 'Expensive');
	assert.equal(query(page)['view'], saved.id);

	// Somebody else, who has chosen nothing yet.
	const other = await dashboard.current.visit('#/collections/products');
	await other.getByRole('columnheader', { name: 'tags' }).waitFor();
	await open(other, 'Views');
	await menu(other).getByRole('link', { name: 'Expensive' }).click();
	await other.getByRole('columnheader', { name: 'tags' }).waitFor({ state: 'detached' });
	await other.locator('th[aria-sort=descending]', { hasText: 'price' }).waitFor();
	await other.locator('.scroll.compact').waitFor();
	assert.equal(await other.getByRole('combobox', { name: 'Filter records' }).inputValue(), 'price > 100');
	// A reload, and the palette, lead to the same.
	await other.reload();
	await other.locator('.scroll.compact').waitFor();
	await other.getByRole('navigation', { name: 'Collections' }).getByRole('link', { name: 'products', exact: true }).click();
	await other.getByRole('columnheader', { name: 'tags' }).waitFor();
	await other.keyboard.press('Control+k');
	await other.keyboard.type('expens');
	await other.getByRole('option', { name: 'Expensive View' }).click();
	await other.getByRole('columnheader', { name: 'tags' }).waitFor({ state: 'detached' });
	await audit(other);
	await audit(page);
});

test('changes are marked, and saved or dropped', async () => {
	const [saved] = await stored();
	const page = await dashboard.current.visit(
		`#/collections/products?view=${saved.id}&filter=${encodeURIComponent(saved.filter)}&sort=${saved.sort}`
	);
	await page.getByRole('button', { name: 'Expensive', exact: true }).waitFor();
	await open(page, 'Columns');
	await page.getByRole('checkbox', { name: 'brand' }).uncheck();
	await page.keyboard.press('Escape');
	await page.getByRole('button', { name: 'Expensive (changed)' }).waitFor();
	assert.match(query(page)['columns'] ?? '', /price/);
	await page.reload();
	await page.getByRole('columnheader', { name: 'price' }).waitFor();
	assert.equal(await page.getByRole('columnheader', { name: 'brand' }).count(), 0);
	await open(page, 'Expensive (changed)');
	await menu(page).getByRole('button', { name: 'Drop changes' }).click();
	await page.getByRole('columnheader', { name: 'brand' }).waitFor();
	await page.getByRole('columnheader', { name: 'price' }).getByRole('link').click();
	await open(page, 'Expensive (changed)');
	await menu(page).getByRole('button', { name: 'Save changes' }).click();
	await page.getByRole('button', { name: 'Expensive', exact: true }).waitFor();
	assert.equal((await stored())[0].sort, 'price');
	await audit(page);
});

test('a view is renamed, and deleted with a second chance', async () => {
	const [saved] = await stored();
	const page = await dashboard.current.visit(
		`#/collections/products?view=${saved.id}&filter=${encodeURIComponent(saved.filter)}&sort=${saved.sort}`
	);
	await open(page, 'Expensive');
	await menu(page).getByRole('button', { name: 'Rename' }).click();
	await menu(page).getByLabel('New name of the view').fill('Dear');
	await page.keyboard.press('Enter');
	await open(page, 'Dear');
	// A second one of that name would be told apart by nobody.
	await menu(page).getByLabel('Save what is shown as a view').fill('dear');
	await menu(page).getByText('There is a view of that name.').waitFor();
	await menu(page).getByRole('button', { name: 'Delete' }).click();
	await page.getByText('The view Dear deleted.').first().waitFor();
	assert.deepEqual(await stored(), []);
	await page.getByRole('button', { name: 'Undo' }).click();
	await page.getByRole('button', { name: 'Dear', exact: true }).waitFor();
	assert.equal((await stored())[0].id, saved.id);
	await open(page, 'Dear');
	await menu(page).getByRole('button', { name: 'Delete' }).click();
	await page.getByRole('button', { name: 'Views', exact: true }).waitFor();
	await audit(page);
});

test('a server that takes no views says so; the menu fits on a phone', async () => {
	const page = await dashboard.current.visit('#/no/where', { viewport: phone });
	await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
	await page.route('**/api/dashboard/views', (route) =>
		route.fulfill({ status: 400, json: { status: 400, message: 'Too large.', data: {} } })
	);
	await page.evaluate(() => (location.hash = '#/collections/products'));
	await open(page, 'Views');
	await menu(page).getByLabel('Save what is shown as a view').fill('Mine');
	await page.keyboard.press('Enter');
	await page.getByText('That could not be saved for the team. Too large.').first().waitFor();
	await page.unrouteAll();
	await page.route('**/api/dashboard', (route) => route.fulfill({ status: 403, json: { status: 403, message: 'Not yours.', data: {} } }));
	await page.reload();
	await open(page, 'Views');
	await menu(page).getByText('Views cannot be shared at the moment. Not yours.').waitFor();
	await audit(page);
});
