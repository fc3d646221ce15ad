import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit, queryIs, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

/** A page that asks the server for nothing yet: what it will be told can be arranged first. */
async function blank() {
	const page = await dashboard.current.visit('#/no/where');
	await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
	return page;
}

const LOGS = [
	{
		id: 'log000000000003',
		created: '2026-03-01 10:20:30.000Z',
		level: 8,
		message: 'GET /api/collections/nothing/records',
		data: {
			type: 'request',
			method: 'GET',
			url: '/api/collections/nothing/records',
			status: 404,
			execTime: 1.25,
			auth: '',
			userIP: '203.0.113.9',
			error: 'Missing collection context.'
		}
	},
	{
		id: 'log000000000002',
		created: '2026-03-01 10:20:29.000Z',
		level: 0,
		message: 'POST /api/collections/orders/records',
		data: { type: 'request', method: 'POST', url: '/api/collections/orders/records', status: 200, execTime: 1240, auth: 'customers' }
	},
	{ id: 'log000000000001', created: '2026-03-01 08:00:00.000Z', level: -4, message: 'client connected', data: { clientId: 'abc' } }
];

/** A log that is always the same; answers what was asked. @param {import('playwright-core').Page} page */
async function fakeLog(page) {
	/** @type {URL[]} */
	const asked = [];
	await page.route('**/api/logs**', (route) => {
		const url = new URL(route.request().url());
		asked.push(url);
		if (url.pathname.endsWith('/stats'))
			return route.fulfill({
				json: [
					{ date: '2026-03-01 08:00:00.000Z', total: 1 },
					{ date: '2026-03-01 10:00:00.000Z', total: 2 }
				]
			});
		if (route.request().method() === 'DELETE') return route.fulfill({ status: 204 });
		const id = /logs\/(\w+)$/.exec(url.pathname)?.[1];
		if (id) return route.fulfill({ json: LOGS.find((log) => log.id === id) });
		return route.fulfill({ json: { page: 1, perPage: 100, totalItems: -1, totalPages: -1, items: LOGS } });
	});
	return {
		asked,
		lastFilter: () =>
			asked
				.filter((url) => url.pathname.endsWith('/logs') && url.searchParams.get('perPage') !== '1')
				.at(-1)
				?.searchParams.get('filter') ?? ''
	};
}
/** @param {string} hash */
async function visitLogs(hash) {
	const page = await blank();
	const log = await fakeLog(page);
	await page.evaluate((hash) => (location.hash = hash), hash);
	await page.getByRole('heading', { name: 'Logs', level: 1 }).waitFor();
	return { page, ...log };
}

test('entries are listed, filtered by level, time and words, and the address says how', async () => {
	const { page, lastFilter } = await visitLogs('#/logs');
	await page.getByRole('link', { name: /nothing\/records/ }).waitFor();
	assert.match(lastFilter(), /created >= '.*' && data\.auth != '_superusers'/);
	await page.getByLabel('From which level on').selectOption('Warning and above');
	await queryIs(page, { level: '4' });
	await page.getByLabel('How far back').selectOption('All that is kept');
	await queryIs(page, { level: '4', hours: '0' });
	const box = page.getByRole('combobox', { name: 'Filter the log' });
	await box.fill('stat');
	await page.getByRole('option', { name: /data\.status/ }).waitFor();
	await box.press('ArrowDown');
	await box.press('Enter');
	assert.equal(await box.inputValue(), 'data.status ');
	await box.pressSequentially('>= 400');
	await box.press('Enter');
	await queryIs(page, { level: '4', hours: '0', filter: 'data.status >= 400' });
	await page.waitForFunction(() => !document.querySelector('.progress'));
	assert.equal(lastFilter(), "level >= 4 && data.auth != '_superusers' && (data.status >= 400)");
	await page.getByRole('button', { name: /01 Mar 2026 11:00: 2 entries/ }).click();
	await queryIs(page, { level: '4', hours: '0', filter: 'data.status >= 400', hour: '2026-03-01 10:00:00.000Z' });
	await audit(page);
});

test('an entry opens in full, and leads to others like it', async () => {
	const { page } = await visitLogs('#/logs');
	await page.getByRole('link', { name: /nothing\/records/ }).click();
	await queryIs(page, { log: 'log000000000003' });
	const drawer = page.getByRole('dialog', { name: 'Log entry' });
	await drawer.getByText('Missing collection context.', { exact: true }).waitFor();
	await drawer.getByRole('button', { name: /only these: status 404/ }).click();
	await queryIs(page, { filter: 'data.status = 404' });
	await audit(page);
});

test('a range of the chart is dragged over, or taken by keys, and let go', async () => {
	const { page, lastFilter } = await visitLogs('#/logs?hours=0');
	const chart = page.getByRole('toolbar', { name: /^Entries in time/ });
	await chart.getByRole('button', { name: /11:00: 2 entries/ }).waitFor();
	const bars = chart.getByRole('button');
	assert.equal(await bars.count(), 3);
	const [from, to] = [await bars.nth(0).boundingBox(), await bars.nth(1).boundingBox()];
	assert.ok(from && to);
	await page.mouse.move(from.x + from.width / 2, from.y + 10);
	await page.mouse.down();
	await page.mouse.move(to.x + to.width / 2, to.y + 10, { steps: 4 });
	await page.mouse.up();
	await queryIs(page, { hours: '0', hour: '2026-03-01 08:00:00.000Z', until: '2026-03-01 10:00:00.000Z' });
	await page.waitForFunction(() => !document.querySelector('.progress'));
	assert.match(lastFilter(), /^created >= '2026-03-01 08:00:00.000Z' && created < '2026-03-01 10:00:00.000Z'/);
	assert.equal(await bars.count(), 2);
	await page.getByRole('button', { name: 'Whole time' }).click();
	await queryIs(page, { hours: '0' });
	await page.waitForFunction(() => document.querySelectorAll('[role=toolbar] button').length === 3);
	await bars.nth(1).focus();
	await page.keyboard.press('Shift+ArrowRight');
	await chart.getByRole('button', { name: /11:00: 2 entries, marked/ }).waitFor();
	await page.keyboard.press('Enter');
	await queryIs(page, { hours: '0', hour: '2026-03-01 09:00:00.000Z', until: '2026-03-01 11:00:00.000Z' });
	await audit(page);
});

test('the log is emptied after a question', async () => {
	const { page, asked } = await visitLogs('#/logs');
	await page.getByRole('button', { name: 'Empty the log' }).click();
	const gone = page.waitForRequest((request) => request.method() === 'DELETE');
	await page.getByRole('dialog').getByRole('button', { name: 'Delete every entry' }).click();
	await gone;
	await page.getByText('The log is empty.').first().waitFor();
	assert.ok(asked.length > 2);
	await audit(page);
});

test('a log that cannot be read says so, with another try', async () => {
	const page = await blank();
	await page.route('**/api/logs**', (route) =>
		route.fulfill({ status: 404, json: { status: 404, message: "The requested resource wasn't found.", data: {} } })
	);
	await page.evaluate(() => (location.hash = '#/logs'));
	await page.getByRole('heading', { name: 'The log could not be read' }).waitFor();
	await page.unrouteAll();
	await fakeLog(page);
	await page.getByRole('button', { name: 'Try again' }).click();
	await page.getByRole('link', { name: /orders\/records/ }).waitFor();
	await audit(page);
});

test('how long answers took and how many went wrong, each leading to its entries', async () => {
	const page = await blank();
	/** Slowest first: 100 of them, of which 4 were refused and 1 failed. */
	const times = Array.from({ length: 100 }, (_, i) => 100 - i);
	await page.route('**/api/logs**', (route) => {
		const { pathname, searchParams } = new URL(route.request().url());
		if (pathname.endsWith('/stats')) return route.fulfill({ json: [{ date: '2026-03-01 10:00:00.000Z', total: 100 }] });
		if (searchParams.get('perPage') !== '1')
			return route.fulfill({ json: { page: 1, perPage: 100, totalItems: -1, totalPages: -1, items: LOGS } });
		const filter = searchParams.get('filter') ?? '';
		const totalItems = filter.includes('>= 500') ? 1 : filter.includes('>= 400') ? 5 : 100;
		const items = [{ data: { execTime: times[Number(searchParams.get('page')) - 1] } }];
		return route.fulfill({ json: { page: 1, perPage: 1, totalItems, totalPages: totalItems, items } });
	});
	await page.evaluate(() => (location.hash = '#/logs?hours=0'));
	/** @param {string} name */
	const figure = (name) => page.locator('dl div', { has: page.getByText(name, { exact: true }) }).getByRole('link');
	await figure('half answered within').getByText('50 ms', { exact: true }).waitFor();
	await figure('95 % answered within').getByText('95 ms', { exact: true }).waitFor();
	await figure('99 % answered within').getByText('99 ms', { exact: true }).waitFor();
	await figure('refused (4xx)').getByText('4', { exact: true }).waitFor();
	await figure('failed (5xx)').getByText('1', { exact: true }).waitFor();
	await figure('95 % answered within').click();
	await queryIs(page, { hours: '0', filter: 'data.execTime >= 95' });
	await audit(page);
});
