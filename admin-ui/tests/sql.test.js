import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { audit, phone, query, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

/** @typedef {import('playwright-core').Page} Page */

/** @param {Page} page */
const editor = (page) => page.getByRole('textbox', { name: 'Statement' }).and(page.locator('[contenteditable]'));
/** @param {Page} page @param {string} name */
const saved = (page, name) => page.getByRole('list', { name: 'Queries' }).getByRole('link', { name, exact: true });
/** @param {Page} page @param {string} name @param {string} deed */
async function deed(page, name, deed) {
	await page.getByRole('button', { name: `More about ${name}`, exact: true }).click();
	await page
		.getByRole('dialog', { name: `More about ${name}`, exact: true })
		.getByRole('button', { name: deed })
		.click();
}
/** What the team shares, as the server has it. @returns {Promise<{ id: string, name: string, query: string }[]>} */
const stored = async () => (await dashboard.current.api.send('GET', '/api/dashboard')).queries ?? [];
/** @param {{ id: string, name: string, query: string }[]} all */
const store = (all) => dashboard.current.api.send('PUT', '/api/dashboard/queries', all);

// Others count every text of the screen.
after(() => store([]));

/** An answer for every statement, and what was asked. @param {Page} page */
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
	await page.getByText(/^in [\d.]+ ms$/).waitFor();
	const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()]);
	assert.equal(file.suggestedFilename(), 'result.csv');
	assert.equal(query(page)['q'], 'SELECT name, price FROM products');
	await audit(page);
});

test('what writes is asked about first, what only mentions it is not; what fails says why', async () => {
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
	await editor(page).fill("SELECT * FROM nowhere WHERE name = 'delete'");
	await page.getByRole('button', { name: 'Run' }).click();
	await page.getByText('no such table: nowhere').waitFor();
	await audit(page);
});

test('queries are the team’s: saved by name, changed, and there for somebody else', async () => {
	await store([]);
	const page = await dashboard.current.visit('#/sql');
	await fakeDatabase(page);
	await editor(page).fill('SELECT 1');
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	const ask = page.getByRole('dialog', { name: 'Save the statement' });
	await ask.getByLabel('Name').fill('One');
	await ask.getByRole('button', { name: 'Save' }).click();
	await page.getByRole('heading', { name: 'One', level: 1 }).waitFor();
	const [one] = await stored();
	assert.deepEqual([one?.name, one?.query, query(page)], ['One', 'SELECT 1', { query: one?.id }]);

	// What is changed is marked until it is saved, here and in the list.
	await editor(page).fill('SELECT 2');
	await page.getByRole('main').getByText('Not saved yet').first().waitFor();
	await page.getByRole('link', { name: 'One Not saved yet' }).waitFor();
	await page.getByRole('button', { name: 'Drop changes' }).click();
	await page.locator('[contenteditable]', { hasText: 'SELECT 1' }).waitFor();
	await editor(page).fill('SELECT 3');
	await page.keyboard.press('Control+s');
	await page.getByText('One saved.').first().waitFor();
	assert.deepEqual(
		(await stored()).map((each) => each.query),
		['SELECT 3']
	);

	const other = await dashboard.current.visit('#/sql');
	await saved(other, 'One').click();
	await other.locator('[contenteditable]', { hasText: 'SELECT 3' }).waitFor();
	await audit(other);
	await audit(page);
});

test('a query is renamed, copied, and deleted with a second chance', async () => {
	await store([{ id: 'aaa', name: 'One', query: 'SELECT 1' }]);
	const page = await dashboard.current.visit('#/sql?query=aaa');
	await deed(page, 'One', 'Copy');
	await page.getByRole('heading', { name: 'One (copy)', level: 1 }).waitFor();
	await deed(page, 'One (copy)', 'Rename');
	const ask = page.getByRole('dialog', { name: 'Rename the query' });
	// A second one of that name would be told apart by nobody.
	await ask.getByLabel('Name').fill('one');
	await ask.getByText('There is a query of that name.').waitFor();
	await ask.getByLabel('Name').fill('Two');
	await ask.getByRole('button', { name: 'Rename' }).click();
	await page.getByRole('heading', { name: 'Two', level: 1 }).waitFor();
	await deed(page, 'Two', 'Delete');
	await page.getByText('Two deleted.').first().waitFor();
	assert.deepEqual(
		(await stored()).map(({ name }) => name),
		['One']
	);
	await page.getByRole('button', { name: 'Undo' }).click();
	await saved(page, 'Two').waitFor();
	await audit(page);
});

test('every query keeps what it answered last, and what was written of it', async () => {
	await store([
		{ id: 'aaa', name: 'One', query: 'SELECT 1' },
		{ id: 'bbb', name: 'Two', query: 'SELECT 2' }
	]);
	const page = await dashboard.current.visit('#/sql?query=aaa');
	await fakeDatabase(page);
	await page.getByRole('button', { name: 'Run' }).click();
	await page.getByRole('cell', { name: 'Linen armchair' }).waitFor();
	await editor(page).fill('SELECT 1, 1');
	await page.getByText(/^Answered at .* before the statement was changed/).waitFor();
	await saved(page, 'Two').click();
	await page.locator('[contenteditable]', { hasText: 'SELECT 2' }).waitFor();
	assert.equal(await page.getByRole('cell').count(), 0);
	await page
		.getByRole('link', { name: 'Screens' })
		.or(page.getByRole('link', { name: 'Logs' }))
		.first()
		.click();
	await page.getByRole('heading', { name: 'Logs', level: 1 }).waitFor();
	await page.getByRole('link', { name: 'SQL' }).click();
	await page.getByRole('link', { name: 'One Not saved yet' }).click();
	await page.getByRole('cell', { name: 'Linen armchair' }).waitFor();
	await page.locator('[contenteditable]', { hasText: 'SELECT 1, 1' }).waitFor();
	await audit(page);
});

test('what a browser kept alone is given to the team once, or forgotten', async () => {
	await store([{ id: 'aaa', name: 'One', query: 'SELECT 1' }]);
	const page = await dashboard.current.visit('#/sql', {
		script: () => {
			if (window.top !== window || location.protocol === 'about:' || sessionStorage.getItem('kept')) return;
			sessionStorage.setItem('kept', 'yes');
			const kept = [
				{ name: 'One', query: 'SELECT 11' },
				{ name: 'Mine', query: 'SELECT 12' }
			];
			localStorage.setItem('cratebase.sql.saved', JSON.stringify(kept));
		}
	});
	await page.getByText('2 queries saved earlier, in this browser alone.').waitFor();
	await page.getByRole('button', { name: 'Share with the team' }).click();
	await saved(page, 'Mine').waitFor();
	await saved(page, 'One 2').waitFor();
	await page.getByText('The team has 2 queries of yours now.').first().waitFor();
	assert.deepEqual((await stored()).map(({ query }) => query).sort(), ['SELECT 1', 'SELECT 11', 'SELECT 12']);
	await page.reload();
	await saved(page, 'Mine').waitFor();
	assert.equal(await page.getByText('in this browser alone').count(), 0);
	await audit(page);
});

test('a statement is explained as a tree, with what is read as a whole marked; one that writes is, too, and not run', async () => {
	const page = await dashboard.current.visit('#/sql');
	await editor(page).fill('SELECT p.name FROM products p JOIN brands b ON b.id = p.brand ORDER BY p.price');
	await page.getByRole('button', { name: 'Explain' }).click();
	const plan = page.getByRole('region', { name: 'Plan' });
	await plan.getByText(/^SCAN p$/).waitFor();
	await plan.getByText('Reads every row').first().waitFor();
	await plan.getByText('Sorts').waitFor();
	await page.getByText(/full scans?: an index/).waitFor();
	await editor(page).fill('SELECT 1; DELETE FROM products');
	await page.waitForFunction(() => [...document.querySelectorAll('button')].some((one) => one.innerText === 'Explain' && one.disabled));
	const { totalItems } = await dashboard.current.api.send('GET', '/api/collections/products/records');
	await editor(page).fill("DELETE FROM products WHERE name != ''");
	await page.getByRole('button', { name: 'Explain' }).click();
	await plan.getByText(/^SCAN products$/).waitFor();
	assert.equal((await dashboard.current.api.send('GET', '/api/collections/products/records')).totalItems, totalItems);
	await audit(page);
});

test('tables and columns are put where one writes, on a phone too', async () => {
	const page = await dashboard.current.visit('#/sql', { viewport: phone });
	await editor(page).fill('SELECT  FROM ');
	await page.keyboard.press('Control+End');
	await page.getByRole('tab', { name: 'Tables' }).click();
	await page.getByLabel('Find a table or column').fill('products');
	const tree = page.getByRole('list', { name: 'Tables' });
	await tree.getByRole('button', { name: 'Insert products' }).click();
	await page.locator('[contenteditable]', { hasText: 'SELECT FROM products' }).waitFor();
	await page.getByLabel('Find a table or column').fill('');
	await tree.locator('summary').getByText('products', { exact: true }).click();
	await tree.getByRole('button', { name: /^price/ }).waitFor();
	await audit(page);
});

test('a statement that takes long is stopped, and the next one runs', async () => {
	const page = await dashboard.current.visit('#/sql');
	await editor(page).fill('WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c');
	await page.keyboard.press('Control+Enter');
	await page.getByText('The server works on it').waitFor();
	await page.getByRole('button', { name: 'Stop', exact: true }).click();
	await page.getByText(/^Stopped at/).waitFor();
	await editor(page).fill('SELECT 1 AS one, hex(zeroblob(400)) AS long');
	await page.keyboard.press('Control+Enter');
	const cell = page.getByRole('region', { name: 'Result' }).getByTitle('Show all of it');
	await cell.click();
	const whole = page.getByRole('dialog', { name: 'long' });
	assert.equal(await whole.locator('pre').innerText(), '00'.repeat(400));
	await page.keyboard.press('Escape');
	await page.getByText('What to know').click();
	await page.getByText('At most 1,000 rows come back').waitFor();
	await audit(page);
});
