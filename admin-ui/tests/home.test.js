import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit, base, phone, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

/** A page that asks the server for nothing yet: what it will be told can be arranged first. */
async function blank() {
	const page = await dashboard.current.visit('#/no/where');
	await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
	return page;
}

/** @param {import('playwright-core').Page} page */
async function goHome(page) {
	await page.evaluate(() => (location.hash = '#/'));
	await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
}

/** @param {import('playwright-core').Page} page @param {string} name */
const card = (page, name) => page.getByRole('region', { name, exact: true });

test('home tells how the server is: requests, speed, records, what came in last', async () => {
	await fetch(`${base}/api/collections/products/records?perPage=1`);
	await fetch(`${base}/api/collections/no_such_collection/records`);
	const page = await dashboard.current.visit('#/');
	const server = card(page, 'Server now');
	await server.getByText('95 % answered within').waitFor();
	assert.match(await server.innerText(), /database\s+[\d.]+ [KM]B[^]*Version \d+\.\d+\.\d+\./);
	await card(page, 'Records')
		.getByRole('link', { name: /products\s*60/ })
		.waitFor();
	await card(page, 'Jobs').getByText('__pbDBOptimize__').waitFor();
	await card(page, 'Newest records')
		.getByRole('link', { name: /2026-1029\s*orders/ })
		.click();
	await page.getByRole('dialog', { name: 'Record 2026-1029' }).waitFor();
	await page.goBack();
	await card(page, 'Records')
		.getByRole('link', { name: /^products/ })
		.click();
	await page.getByRole('heading', { name: 'products', level: 1 }).waitFor();
	await page.goBack();
	await card(page, 'Server now').getByText('realtime connections').waitFor();
	await audit(page);
});

test('the requests of the last day are drawn, and lead to those that failed', async () => {
	const page = await blank();
	const hour = new Date().toISOString().slice(0, 13).replace('T', ' ') + ':00:00.000Z';
	await page.route('**/api/logs/stats?*', (route) => {
		const filter = new URL(route.request().url()).searchParams.get('filter') ?? '';
		assert.match(filter, /data\.auth != '_superusers'/);
		const total = filter.includes('>= 500') ? 2 : filter.includes('>= 400') ? 5 : 1234;
		return route.fulfill({ json: [{ date: hour, total }] });
	});
	await goHome(page);
	const requests = card(page, 'Requests of the last 24 hours');
	await requests.getByText('1,234').waitFor();
	await requests.getByTitle(/1,234 requests, 3 refused, 2 failed/).waitFor();
	await requests.getByRole('link', { name: '2', exact: true }).click();
	await page.getByRole('heading', { name: 'Logs', level: 1 }).waitFor();
	assert.equal(await page.getByLabel('Filter the log').inputValue(), 'data.status >= 500');
	await audit(page);
});

test('jobs that failed and old backups are marked', async () => {
	const page = await blank();
	await page.route('**/api/crons', (route) =>
		route.fulfill({
			json: [
				{ id: 'tidy', expression: '0 * * * *', last: { started: '2026-01-01 10:00:00.000Z', took: 3, error: '' } },
				{ id: 'report', expression: '0 * * * *', last: { started: '2026-01-01 09:00:00.000Z', took: 3, error: 'no paper' } }
			]
		})
	);
	await page.route('**/api/backups', (route) =>
		route.fulfill({ json: [{ key: 'one.zip', size: 5_242_880, modified: '2024-01-01 10:00:00.000Z' }] })
	);
	await goHome(page);
	const jobs = card(page, 'Jobs').getByRole('listitem');
	await jobs
		.first()
		.getByText(/report/)
		.waitFor();
	await jobs.first().getByTitle('no paper').waitFor();
	await jobs
		.last()
		.getByText(/went well/)
		.waitFor();
	await card(page, 'Backups').getByText('5 MB', { exact: true }).waitFor();
	assert.equal(await card(page, 'Backups').locator('dd.warn').count(), 1);
	await audit(page);
});

test('what cannot be read says so by itself, and can be tried again', async () => {
	const page = await blank();
	await page.route('**/api/metrics', (route) => route.fulfill({ status: 503, json: { status: 503, message: 'Out of breath.', data: {} } }));
	await page.route('**/api/crons', (route) => route.fulfill({ status: 403, json: { status: 403, message: 'No.', data: {} } }));
	await page.route('**/api/logs/stats?*', (route) => route.fulfill({ json: [] }));
	await page.route('**/api/backups', (route) => route.fulfill({ json: [] }));
	await goHome(page);
	const server = card(page, 'Server now');
	await server.getByText('It could not be read. Out of breath.').waitFor();
	await card(page, 'Jobs').getByText('This account may not see it.').waitFor();
	await card(page, 'Requests of the last 24 hours').getByText('Nobody has asked for anything.').waitFor();
	await card(page, 'Backups').getByText('There is no backup yet.').waitFor();
	await page.unroute('**/api/metrics');
	await server.getByRole('button', { name: 'Try again' }).click();
	await server.getByText('realtime connections').waitFor();
	await audit(page);
});

test('home on a phone is one column', async () => {
	const page = await dashboard.current.visit('#/', { viewport: phone });
	await card(page, 'Records')
		.getByRole('link', { name: /products/ })
		.waitFor();
	const edges = await page.locator('section[aria-labelledby]').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().left));
	assert.equal(new Set(edges).size, 1);
	await page.getByRole('button', { name: 'Collections' }).click();
	await page.getByRole('dialog', { name: 'Collections' }).getByRole('link', { name: 'Home' }).waitFor();
	await page.keyboard.press('Escape');
	await audit(page);
});
