import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { audit, phone, useDashboard } from './support/dashboard.js';
import { longestTask } from './support/longest-task.js';

const dashboard = useDashboard();
/** @type {string[]} */
const made = [];

after(async () => {
	await batches({ enabled: false });
	for (const name of made) await dashboard.current.api.send('DELETE', `/api/collections/${name}`).catch(() => {});
});

/** @param {object} batch */
const batches = (batch) => dashboard.current.api.send('PATCH', '/api/settings', { batch });

/** @param {string} name */
async function shelf(name) {
	made.push(name);
	await dashboard.current.api.send('POST', '/api/collections', {
		name,
		type: 'base',
		fields: [
			{ name: 'title', type: 'text', required: true },
			{ name: 'price', type: 'number', max: 1000 },
			{ name: 'in_stock', type: 'bool' },
			{ name: 'tags', type: 'select', values: ['new', 'oak', 'wool'], maxSelect: 3 },
			{ name: 'made_on', type: 'date' }
		]
	});
}

/** @param {string} name @param {string} [query] */
const rowsOf = async (name, query = '') =>
	dashboard.current.api.send('GET', `/api/collections/${name}/records?perPage=500&sort=title${query}`);

/** @param {import('playwright-core').Page} page @param {string} name @param {string} text */
const give = (page, name, text) =>
	page.getByLabel('File to import').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });

test('a CSV file is mapped, looked at, checked and imported; refused rows come back with their reasons', async () => {
	await batches({ enabled: true, maxRequests: 50, timeout: 10 });
	await shelf('csv_shelf');
	const page = await dashboard.current.visit('#/collections/csv_shelf');
	await page.getByRole('link', { name: 'Import', exact: true }).click();
	await page.getByRole('heading', { name: 'Import into csv_shelf' }).waitFor();
	const good = Array.from({ length: 120 }, (_, i) => `"Lamp, no. ${i}";${i};yes;new|oak;2026-01-02;x`);
	good[7] = '"Too ""dear""";5000;no;;;x';
	good[60] = ';3;no;;;x';
	good[90] = 'Odd;three;no;;;x';
	await give(page, 'lamps.csv', ['TITLE;Price;in stock;tags;Made on;Colour', ...good].join('\r\n'));
	await page.getByText('120 rows in lamps.csv').waitFor();
	assert.equal(await page.getByLabel('Field for TITLE').inputValue(), 'title');
	assert.equal(await page.getByLabel('Field for in stock').inputValue(), 'in_stock');
	assert.equal(await page.getByLabel('Field for Colour').inputValue(), '');
	const preview = page.getByRole('region', { name: 'Preview' });
	await preview.getByRole('cell', { name: 'Lamp, no. 0', exact: true }).waitFor();
	await preview.getByRole('cell', { name: '["new","oak"]' }).first().waitFor();

	await page.getByRole('button', { name: 'Check 120 rows' }).click();
	await page.getByText('117 rows can be imported. 3 rows would be refused.').waitFor();
	assert.equal((await rowsOf('csv_shelf')).totalItems, 0);

	await page.getByRole('button', { name: 'Import 120 rows' }).click();
	await page.getByText('117 created, 3 failed.').waitFor();
	const { items, totalItems } = await rowsOf('csv_shelf');
	assert.equal(totalItems, 117);
	const one = items.find((/** @type {any} */ row) => row.title === 'Lamp, no. 3');
	assert.deepEqual([one.price, one.in_stock, one.tags, one.made_on], [3, true, ['new', 'oak'], '2026-01-02 00:00:00.000Z']);
	await page.getByText('Row 91').waitFor();
	await page.getByText('price: “three” is not a number.').waitFor();
	const download = page.waitForEvent('download');
	await page.getByRole('button', { name: 'All as CSV' }).click();
	const report = await readFile(await (await download).path(), 'utf8');
	assert.match(report, /^\ufeffrow,reason,TITLE,Price,/);
	assert.match(report, /\r\n8,"?price: [^\r]*,"Too ""dear""",5000,/);
	assert.equal(report.trim().split('\r\n').length, 4);
	await audit(page);
});

test('pasted JSON changes records that exist, by their id', async () => {
	await batches({ enabled: true, maxRequests: 50, timeout: 10 });
	await shelf('json_shelf');
	const [first] = await dashboard.current.api.create('json_shelf', [{ title: 'Chair', price: 1 }]);
	const page = await dashboard.current.visit('#/collections/json_shelf/import');
	await page.getByRole('button', { name: 'Paste text' }).click();
	const text = JSON.stringify(
		[
			{ id: first.id, price: 7 },
			{ title: 'Ta[b]le', price: 2, tags: ['oak'] }
		],
		null,
		2
	);
	await page.getByLabel('Text to import').fill(text);
	await page.getByRole('button', { name: 'Read it' }).click();
	await page.getByLabel('Change records that exist').check();
	await page.getByRole('button', { name: 'Import 2 rows' }).click();
	await page.getByText('2 created or changed, 0 failed.').waitFor();
	const { items } = await rowsOf('json_shelf');
	assert.deepEqual(
		items.map((/** @type {any} */ row) => [row.title, row.price, row.tags]),
		[
			['Chair', 7, []],
			['Ta[b]le', 2, ['oak']]
		]
	);
	await audit(page);
});

test('without batches rows are sent one by one, and it says so', async () => {
	await batches({ enabled: false });
	await shelf('single_shelf');
	const page = await dashboard.current.visit('#/collections/single_shelf/import', { viewport: phone });
	await give(page, 'shelf.ndjson', '{"title":"One"}\n{"price":2}\n{"title":"Three"}');
	await page.getByRole('button', { name: 'Check 3 rows' }).click();
	await page.getByText('rows can only be checked by writing them').waitFor();
	await page.getByRole('button', { name: 'Import 3 rows' }).click();
	await page.getByText('2 created, 1 failed.').waitFor();
	await page.getByText('Batch requests are off in the settings, so rows are sent one by one').waitFor();
	assert.equal((await rowsOf('single_shelf')).totalItems, 2);
	await audit(page);
});

test('what is no table says so', async () => {
	await shelf('odd_shelf');
	const page = await dashboard.current.visit('#/collections/odd_shelf/import');
	await give(page, 'broken.json', '[{"title": "One"}, {"title":');
	await page.getByText('The text ends in the middle of an object.').waitFor();
	await give(page, 'empty.csv', 'title,price\n');
	await page.getByText('There is no record in it.').waitFor();
	await audit(page);
});

test('a long import can be stopped, and a file of 100,000 rows does not hold the page', async () => {
	await batches({ enabled: true, maxRequests: 50, timeout: 10 });
	await shelf('long_shelf');
	const page = await dashboard.current.visit('#/collections/long_shelf/import');
	await page.getByRole('button', { name: 'Paste text' }).waitFor();
	// From the disk: a text handed over by the spec would itself hold the page.
	const folder = await mkdtemp(path.join(os.tmpdir(), 'cratebase-import-'));
	const file = path.join(folder, 'many.csv');
	await writeFile(file, ['title,price', ...Array.from({ length: 100_000 }, (_, i) => `Thing ${i},${i % 1000}`)].join('\n'));
	const busy = await longestTask(page, async () => {
		await page.getByLabel('File to import').setInputFiles(file);
		await page.getByText('100,000 rows in many.csv').waitFor();
	});
	await rm(folder, { recursive: true });
	assert.ok(busy < 300, `the page was kept busy for ${busy} ms`);
	await page.getByRole('button', { name: 'Import 100,000 rows' }).click();
	await page.waitForFunction(() => (document.querySelector('progress')?.value ?? 0) > 100);
	await page.getByRole('button', { name: 'Stop' }).click();
	await page.getByText(/Stopped after .* of 100,000 rows\./).waitFor();
	const said = Number(/([\d,]+) created/.exec((await page.getByText(/created, 0 failed/).textContent()) ?? '')?.[1]?.replace(/,/g, ''));
	const { totalItems } = await rowsOf('long_shelf', '&fields=id');
	// What was under way when it was stopped may have come through.
	assert.ok(totalItems >= said && totalItems <= said + 200, `${said} said, ${totalItems} there`);
	await audit(page);
});
