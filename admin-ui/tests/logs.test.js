import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit, base, phone, queryIs, useDashboard } from './support/dashboard.js';

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
				.filter((url) => url.pathname.endsWith('/logs') && url.searchParams.get('perPage') === '100')
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
	await page.getByRole('link', { name: /nothing\/records Missing collection context\. 404 1\.3 ms 203\.0\.113\.9/ }).waitFor();
	await page.getByRole('link', { name: /Debug -4 client connected clientId abc/ }).waitFor();
	await page.locator('span[title="Level 8 (Debug -4, Info 0, Warning 4, Error 8)"]').waitFor();
	assert.match(lastFilter(), /created >= '.*' && data\.auth != '_superusers'/);
	await page.getByLabel('From which level on').selectOption('Warning (4) and above');
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
	assert.match(lastFilter(), /^level >= 4 && data\.auth != '_superusers' && .* && \(data\.status >= 400\)$/);
	await page.getByRole('button', { name: /01 Mar 2026 11:00: 2 entries/ }).click();
	await queryIs(page, { level: '4', hours: '0', filter: 'data.status >= 400', hour: '2026-03-01 10:00:00.000Z' });
	await audit(page);
});

test('an entry opens in full, each part to be copied, and leads to others like it', async () => {
	const { page } = await visitLogs('#/logs');
	await page.getByRole('link', { name: /nothing\/records/ }).click();
	await queryIs(page, { log: 'log000000000003' });
	const drawer = page.getByRole('dialog', { name: 'Log entry' });
	await drawer.getByText('Missing collection context.', { exact: true }).waitFor();
	const names = await drawer.locator('dt').allInnerTexts();
	assert.deepEqual(names, ['id', 'level', 'created', 'status', 'error', 'execTime', 'method', 'url', 'userIP']);
	for (const name of names) await drawer.getByRole('button', { name: `Copy ${name}`, exact: true }).waitFor();
	const [file] = await Promise.all([page.waitForEvent('download'), drawer.getByRole('button', { name: 'Save as JSON' }).click()]);
	assert.equal(file.suggestedFilename(), 'log000000000003.json');
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
	// Two hours, by the minute.
	await page.waitForFunction(() => document.querySelectorAll('[role=toolbar] button').length === 120);
	await page.getByRole('button', { name: 'Reset zoom' }).click();
	await queryIs(page, { hours: '0' });
	await page.waitForFunction(() => document.querySelectorAll('[role=toolbar] button').length === 3);
	await bars.nth(1).focus();
	await page.keyboard.press('Shift+ArrowRight');
	await chart.getByRole('button', { name: /11:00: 2 entries, marked/ }).waitFor();
	await page.keyboard.press('Enter');
	await queryIs(page, { hours: '0', hour: '2026-03-01 09:00:00.000Z', until: '2026-03-01 11:00:00.000Z' });
	await audit(page);
});

test('a range moves under the hand and by keys, and comes closer by wheel and keys', async () => {
	const { page } = await visitLogs('#/logs?hours=0&hour=2026-03-01%2008:00:00.000Z&until=2026-03-01%2018:00:00.000Z');
	const chart = page.getByRole('toolbar', { name: /^Entries in time/ });
	const bars = chart.getByRole('button');
	await chart.getByRole('button', { name: /11:00: 2 entries/ }).waitFor();
	assert.equal(await bars.count(), 10);
	const [from, to] = [await bars.nth(2).boundingBox(), await bars.nth(5).boundingBox()];
	assert.ok(from && to);
	const drag = async () => {
		await page.mouse.move(from.x + 5, from.y + 10);
		await page.mouse.down();
		await page.mouse.move(to.x + 5, to.y + 10, { steps: 4 });
		await page.mouse.up();
	};
	// Three bars to the right: three hours earlier.
	await drag();
	await queryIs(page, { hours: '0', hour: '2026-03-01 05:00:00.000Z', until: '2026-03-01 15:00:00.000Z' });
	await page.keyboard.down('Shift');
	await drag();
	await page.keyboard.up('Shift');
	await queryIs(page, { hours: '0', hour: '2026-03-01 07:00:00.000Z', until: '2026-03-01 11:00:00.000Z' });
	await page.waitForFunction(() => document.querySelectorAll('[role=toolbar] button').length === 4);
	await bars.nth(0).focus();
	await page.keyboard.press('PageUp');
	await queryIs(page, { hours: '0', hour: '2026-03-01 05:00:00.000Z', until: '2026-03-01 09:00:00.000Z' });
	await page.waitForFunction(() => document.querySelectorAll('[role=toolbar] button').length === 4);
	await page.keyboard.press('-');
	await queryIs(page, { hours: '0', hour: '2026-03-01 03:00:00.000Z', until: '2026-03-01 11:00:00.000Z' });
	await page.waitForFunction(() => document.querySelectorAll('[role=toolbar] button').length === 8);
	await page.keyboard.press('+');
	await queryIs(page, { hours: '0', hour: '2026-03-01 05:00:00.000Z', until: '2026-03-01 09:00:00.000Z' });
	await page.waitForFunction(() => document.querySelectorAll('[role=toolbar] button').length === 4);
	const box = await chart.boundingBox();
	assert.ok(box);
	await page.mouse.move(box.x + 3, box.y + 10);
	await page.keyboard.down('Control');
	await page.mouse.wheel(0, -100);
	await page.keyboard.up('Control');
	await queryIs(page, { hours: '0', hour: '2026-03-01 05:00:00.000Z', until: '2026-03-01 08:00:00.000Z' });
	await page.keyboard.press('0');
	await queryIs(page, { hours: '0' });
	await audit(page);
});

test('what is logged is changed without leaving the log', async () => {
	const page = await dashboard.current.visit('#/logs');
	const before = (await dashboard.current.api.send('GET', '/api/settings')).logs;
	await page.getByRole('button', { name: 'What is logged' }).click();
	const dialog = page.getByRole('dialog', { name: 'What is logged' });
	await dialog.getByLabel('Keep for').fill('0');
	await dialog.getByText('Saving deletes every entry there is.').waitFor();
	await dialog.getByLabel('Keep for').fill('9');
	await dialog.getByLabel('From which level on').selectOption('Info (0)');
	await dialog.getByRole('switch', { name: 'Ids of those signed in' }).check();
	await dialog.getByRole('button', { name: 'Save' }).click();
	await dialog.waitFor({ state: 'detached' });
	const { logs } = await dashboard.current.api.send('GET', '/api/settings');
	assert.deepEqual([logs.maxDays, logs.minLevel, logs.logAuthId], [9, 0, true]);
	await dashboard.current.api.send('PATCH', '/api/settings', { logs: before });
	await audit(page);
});

test('pictures this dashboard shows stay out of the log, those of others are in it', async () => {
	const asked = `no-such-${Date.now()}.png`;
	await fetch(`${base}/api/files/products/none/own-${asked}`, { headers: { Referer: `${base}/_/` } });
	await fetch(`${base}/api/files/products/none/other-${asked}`, { headers: { Referer: `${base}/shop` } });
	const page = await dashboard.current.visit('#/logs?hours=1');
	const own = page.getByRole('link', { name: new RegExp(`own-${asked}`) });
	const other = page.getByRole('link', { name: new RegExp(`other-${asked}`) });
	// The server writes its log down now and then.
	await page.getByRole('button', { name: 'Live' }).click();
	await other.waitFor();
	assert.equal(await own.count(), 0);
	await page.getByLabel('Superusers too').check();
	await own.waitFor();
	await audit(page);
});

test('the log is emptied after a question', async () => {
	const { page, asked } = await visitLogs('#/logs');
	await page.getByRole('button', { name: 'What is logged' }).click();
	await page.getByRole('dialog', { name: 'What is logged' }).getByRole('button', { name: 'Empty the log' }).click();
	const gone = page.waitForRequest((request) => request.method() === 'DELETE');
	await page.getByRole('dialog', { name: 'Empty the log?' }).getByRole('button', { name: 'Delete every entry' }).click();
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

test('what there is of each kind is counted, and leads to those alone and back', async () => {
	const { page, lastFilter } = await visitLogs('#/logs?hours=0');
	await page.getByRole('button', { name: 'Kinds of entries' }).click();
	await queryIs(page, { hours: '0', kinds: '1' });
	const kinds = page.getByRole('complementary', { name: 'Kinds of entries' });
	await kinds.getByRole('link', { name: '4xx 1' }).click();
	await queryIs(page, { hours: '0', kinds: '1', filter: '(data.status >= 400 && data.status < 500)' });
	await page.waitForFunction(() => !document.querySelector('.progress'));
	assert.match(lastFilter(), /\(\(data\.status >= 400 && data\.status < 500\)\)$/);
	await kinds.getByRole('link', { name: 'GET 1' }).click();
	await queryIs(page, { hours: '0', kinds: '1', filter: '(data.status >= 400 && data.status < 500) && data.method = "GET"' });
	await kinds.getByRole('link', { name: '4xx 1' }).click();
	await queryIs(page, { hours: '0', kinds: '1', filter: 'data.method = "GET"' });
	await kinds.getByRole('link', { name: '404 Missing collection context. 1' }).waitFor();
	await audit(page);
});

test('file requests are hidden, and how one looks at the log holds until the next time', async () => {
	const { page, lastFilter } = await visitLogs('#/logs');
	await page.getByLabel('Without files').check();
	await queryIs(page, { files: '0' });
	await page.getByRole('link', { name: /nothing\/records/ }).waitFor();
	await page.waitForFunction(() => !document.querySelector('.progress'));
	assert.match(lastFilter(), /message !~ '% \/api\/files\/%'/);
	await page.getByRole('link', { name: 'Home' }).first().click();
	await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
	await page.getByRole('link', { name: 'Logs' }).click();
	await queryIs(page, { files: '0' });
	await audit(page);
});

test('the last hour is shown by the minute when its entries can be counted; a range moves on', async () => {
	const page = await blank();
	const now = Date.now();
	const at = (/** @type {number} */ minutes) => new Date(now - minutes * 60_000).toISOString().replace('T', ' ');
	await page.route('**/api/logs**', (route) => {
		const { pathname } = new URL(route.request().url());
		if (pathname.endsWith('/stats')) return route.fulfill({ json: [{ date: at(20), total: 3 }] });
		const items = LOGS.map((log, i) => ({ ...log, created: at([20, 20, 40][i] ?? 0) }));
		return route.fulfill({ json: { page: 1, perPage: 100, totalItems: 3, totalPages: 1, items } });
	});
	await page.evaluate(() => (location.hash = '#/logs?hours=1'));
	const chart = page.getByRole('toolbar', { name: /^Entries in time/ });
	await page.waitForFunction(() => document.querySelectorAll('figure [role=toolbar] button').length >= 60);
	await chart.getByRole('button', { name: /: 2 entries$/ }).waitFor();
	await page.evaluate(() => (location.hash = '#/logs?hour=2026-03-01%2010:00:00.000Z&until=2026-03-01%2012:00:00.000Z'));
	await page.getByRole('button', { name: 'Earlier' }).click();
	await queryIs(page, { hour: '2026-03-01 09:00:00.000Z', until: '2026-03-01 11:00:00.000Z' });
	await audit(page);
});

test('a question to the log is saved for the team, asked again, and deleted with a second chance', async () => {
	const { api } = dashboard.current;
	await api.send('PUT', '/api/dashboard/logqueries', []);
	const { page } = await visitLogs('#/logs?hours=168&filter=data.status%20%3E%3D%20500');
	await page.getByRole('button', { name: 'Saved', exact: true }).click();
	const menu = page.getByRole('dialog', { name: 'Saved questions to the log' });
	await menu.getByLabel('Save what is asked now').fill('Our mistakes');
	await page.keyboard.press('Enter');
	await menu.waitFor({ state: 'hidden' });
	const { logqueries } = await api.send('GET', '/api/dashboard');
	assert.equal(logqueries[0].name, 'Our mistakes');
	await page.evaluate(() => (location.hash = '#/logs'));
	await page.getByRole('button', { name: 'Saved', exact: true }).click();
	await menu.getByRole('link', { name: 'Our mistakes' }).click();
	await queryIs(page, { hours: '168', filter: 'data.status >= 500' });
	await page.getByRole('button', { name: 'Our mistakes', exact: true }).click();
	await menu.getByRole('button', { name: 'Delete Our mistakes' }).click();
	await page.keyboard.press('Escape');
	await page.getByRole('button', { name: 'Undo' }).click();
	await page.getByRole('button', { name: 'Our mistakes', exact: true }).waitFor();
	await audit(page);
});

test('entries are chosen, a range of them too, and saved as JSON; on a phone as well', async () => {
	const { page } = await visitLogs('#/logs');
	await page.setViewportSize(phone);
	const boxes = page.getByRole('listitem').getByRole('checkbox');
	await boxes.nth(0).check();
	await boxes.nth(2).click({ modifiers: ['Shift'] });
	const bar = page.getByRole('toolbar', { name: 'Chosen entries' });
	await bar.getByText('3 entries').waitFor();
	const [file] = await Promise.all([page.waitForEvent('download'), bar.getByRole('button', { name: 'Save as JSON' }).click()]);
	assert.equal(file.suggestedFilename(), 'logs.json');
	await bar.getByRole('button', { name: 'Clear the selection' }).click();
	await bar.waitFor({ state: 'detached' });
	await page.getByRole('checkbox', { name: 'All entries that are shown' }).check();
	await bar.getByText('3 entries').waitFor();
	await audit(page);
});
