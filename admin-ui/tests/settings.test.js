import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit, phone, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

/** A page that asks the server for nothing yet: what it will be told can be arranged first. */
async function blank() {
	const page = await dashboard.current.visit('#/no/where');
	await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
	return page;
}
const stored = () => dashboard.current.api.send('GET', '/api/settings');
/** @param {import('playwright-core').Page} page */
const save = async (page) => {
	const answer = page.waitForResponse((one) => one.request().method() === 'PATCH' && one.url().endsWith('/api/settings'));
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	return answer;
};

test('name and address are changed; what is wrong stands at its field', async () => {
	const page = await dashboard.current.visit('#/settings');
	const name = page.getByLabel('Name', { exact: true });
	await name.fill('');
	assert.equal((await save(page)).status(), 400);
	await page.locator('.field', { has: name }).getByText('Cannot be blank.').waitFor();
	await name.fill('Shop of trees');
	await page.getByRole('switch', { name: 'Allow batch requests' }).check();
	await page.getByLabel('Requests at most').fill('70');
	await page.keyboard.press('Control+s');
	await page.getByText('Everything is saved').waitFor();
	const { meta, batch } = await stored();
	assert.deepEqual([meta.appName, batch.enabled, batch.maxRequests], ['Shop of trees', true, 70]);
	await audit(page);
});

test('leaving with something unsaved asks first', async () => {
	const page = await dashboard.current.visit('#/settings');
	await page.getByLabel('Name', { exact: true }).fill('Not meant');
	const nav = page.getByRole('navigation', { name: 'Settings' });
	await nav.getByRole('link', { name: 'Mail' }).click();
	await page.getByText('Save or discard first').waitFor();
	await page.getByRole('button', { name: 'Discard' }).click();
	await nav.getByRole('link', { name: 'Mail' }).click();
	await page.getByRole('heading', { name: 'Mail', level: 1 }).waitFor();
	assert.notEqual((await stored()).meta.appName, 'Not meant');
	await audit(page);
});

test('rate limits are written line by line, and refused ones are told', async () => {
	const page = await dashboard.current.visit('#/settings/security');
	await page.getByRole('button', { name: 'Add a limit' }).click();
	const last = page
		.getByRole('textbox', { name: /^Label of limit/ })
		.or(page.getByRole('combobox', { name: /^Label of limit/ }))
		.last();
	await last.fill('not a label!');
	assert.equal((await save(page)).status(), 400);
	await page.waitForFunction(() => document.querySelector('td .control[aria-invalid="true"]') !== null);
	await last.fill('products:list');
	await page
		.getByLabel(/^Requests of limit/)
		.last()
		.fill('9');
	assert.equal((await save(page)).status(), 200);
	const { rules } = (await stored()).rateLimits;
	assert.deepEqual(rules.at(-1), { label: 'products:list', audience: '', duration: 10, maxRequests: 9 });
	await page.getByLabel('Headers').fill('X-Forwarded-For');
	assert.equal((await save(page)).status(), 200);
	assert.deepEqual((await stored()).trustedProxy.headers, ['X-Forwarded-For']);
	await audit(page);
});

test('a mail server is set; its password is never sent back, and stays when it is left alone', async () => {
	const page = await dashboard.current.visit('#/settings/mail');
	await page.getByRole('switch', { name: 'Send through an SMTP server' }).check();
	await page.getByLabel('Host', { exact: true }).fill('127.0.0.1');
	await page.getByLabel('Port', { exact: true }).fill('1');
	await page.getByLabel('Password', { exact: true }).fill('a-secret');
	const answer = await save(page);
	assert.equal(answer.status(), 200);
	assert.equal((await answer.text()).includes('a-secret'), false);
	await page.getByText('Everything is saved').waitFor();
	assert.equal(await page.getByLabel('Password', { exact: true }).inputValue(), '');
	await page.getByText('Set, and never shown.').waitFor();
	await page.getByRole('button', { name: 'Send a test mail' }).click();
	await page.getByRole('alert').waitFor();
	// Changed to nothing it is gone; not before it is saved.
	await page.getByRole('button', { name: 'Remove Password' }).click();
	await page.getByText('It is removed when you save.').waitFor();
	await save(page);
	await page.getByText('Not set.').waitFor();
	await page.getByRole('switch', { name: 'Send through an SMTP server' }).uncheck();
	await save(page);
	await audit(page);
});

test('a bucket is asked for all it needs', async () => {
	const page = await dashboard.current.visit('#/settings/storage');
	await page.getByRole('switch', { name: 'Keep files in a bucket' }).check();
	assert.equal((await save(page)).status(), 400);
	const endpoint = page.locator('.field', { has: page.getByLabel('Endpoint') });
	await endpoint.locator('.error').waitFor();
	await page.getByText('are not moved').waitFor();
	await page.getByRole('button', { name: 'Discard' }).click();
	await audit(page);
});

test('backups: made, downloaded, deleted and put back only by name', async () => {
	const made = [{ key: 'one.zip', size: 4_300_000, modified: '2026-01-02 03:04:05.000Z' }];
	const page = await blank();
	/** @type {string[]} */
	const asked = [];
	await page.route('**/api/backups**', async (route) => {
		const { pathname } = new URL(route.request().url());
		const method = route.request().method();
		asked.push(`${method} ${pathname}`);
		if (method === 'GET') return route.fulfill({ json: made });
		if (pathname.endsWith('/backups')) made.push({ key: 'two.zip', size: 1, modified: '2026-02-02 03:04:05.000Z' });
		if (method === 'DELETE') made.splice(0, 1);
		return route.fulfill({ status: 204 });
	});
	await page.evaluate(() => (location.hash = '#/settings/backups'));
	await page.getByText('one.zip').waitFor();
	await page.getByRole('button', { name: 'New backup' }).click();
	await page.getByRole('button', { name: 'Make the backup' }).click();
	await page.getByText('two.zip').waitFor();
	await page.getByRole('button', { name: 'Delete one.zip' }).click();
	const ask = page.getByRole('dialog', { name: 'Delete this backup?' });
	assert.equal(await ask.getByRole('button', { name: 'Delete' }).isDisabled(), true);
	await ask.getByLabel('Type one.zip to confirm').fill('one.zip');
	await ask.getByRole('button', { name: 'Delete' }).click();
	await page.getByText('one.zip', { exact: true }).waitFor({ state: 'detached' });
	assert.ok(asked.includes('DELETE /api/backups/one.zip'));
	await page.getByRole('button', { name: 'Restore two.zip' }).click();
	await page.getByText('Everything written since then is lost.').waitFor();
	await page.keyboard.press('Escape');
	assert.equal(
		asked.some((one) => one.endsWith('/restore')),
		false
	);
	await page.getByRole('switch', { name: 'Back up regularly' }).check();
	await page.getByText('Next:').waitFor();
	assert.equal((await save(page)).status(), 200);
	assert.equal((await stored()).backups.cron, '0 3 * * *');
	await audit(page);
});

test('scheduled jobs are listed with their next run, and started', async () => {
	const page = await blank();
	let started = '';
	await page.route('**/api/crons**', (route) => {
		if (route.request().method() === 'GET') return route.fulfill({ json: [{ id: '__pbOTPCleanup__', expression: '0 * * * *' }] });
		started = new URL(route.request().url()).pathname;
		return route.fulfill({ status: 204 });
	});
	await page.evaluate(() => (location.hash = '#/settings/crons'));
	await page.getByText('__pbOTPCleanup__').first().waitFor();
	// At the full hour the next run is an hour away.
	await page
		.getByText(/^in \d+ (min|hr)/)
		.first()
		.waitFor();
	await page.getByText('Next runs').click();
	assert.equal(await page.locator('details ol li').count(), 5);
	await page.getByRole('button', { name: 'Run __pbOTPCleanup__' }).click();
	await page.getByText('__pbOTPCleanup__ has been started.').first().waitFor();
	assert.equal(started, '/api/crons/__pbOTPCleanup__');
	await audit(page);
});

test('collections go out, and what comes in is shown before it is done', async () => {
	const { api } = dashboard.current;
	await api.ensureCollection({
		name: 'synced',
		type: 'base',
		fields: [
			{ name: 'title', type: 'text', max: 10 },
			{ name: 'old', type: 'text' }
		]
	});
	const page = await dashboard.current.visit('#/settings/export');
	await page.getByRole('button', { name: 'None' }).click();
	await page.getByRole('checkbox', { name: 'synced' }).check();
	const [synced] = JSON.parse(await page.getByRole('region', { name: 'The chosen collections as JSON' }).innerText());
	assert.equal(synced.name, 'synced');
	synced.listRule = '';
	synced.fields = synced.fields.filter((/** @type {any} */ field) => field.name !== 'old');
	synced.fields.find((/** @type {any} */ field) => field.name === 'title').max = 20;
	await page.getByRole('link', { name: 'Import' }).click();
	await page
		.getByRole('textbox', { name: 'Collections as JSON' })
		.and(page.locator('[contenteditable]'))
		.fill(JSON.stringify([synced]));
	const effects = page.getByRole('region', { name: 'What the import does' });
	await effects.getByRole('row', { name: /listRule/ }).waitFor();
	await effects.getByRole('row', { name: /fields\.title\.max.*10.*20/ }).waitFor();
	assert.equal(await effects.getByText('fields.old').count(), 0);
	await page.getByRole('button', { name: 'Import', exact: true }).click();
	await page.getByText('1 collection imported.').first().waitFor();
	const after = await api.send('GET', '/api/collections/synced');
	assert.deepEqual([after.listRule, after.fields.some((/** @type {any} */ field) => field.name === 'old')], ['', true]);
	await audit(page);
});

test('on a phone the pages of the settings stand in a line', async () => {
	const page = await dashboard.current.visit('#/settings/mail', { viewport: phone });
	await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Security' }).click();
	await page.getByRole('heading', { name: 'Security', level: 1 }).waitFor();
	await audit(page);
});

test('jobs tell how they went last, how long they took, and when they run', async () => {
	const page = await blank();
	const ran = (/** @type {number} */ minutes) => new Date(Date.now() - minutes * 60_000).toISOString().replace('T', ' ');
	let busy = true;
	await page.route('**/api/crons', (route) =>
		route.fulfill({
			json: [
				{ id: 'mine', expression: '*/5 * * * *', running: false, last: { started: ran(3), took: 1240, error: 'The disk is full.' } },
				{ id: 'theirs', expression: '0 0 * * *', running: busy, last: { started: ran(90), took: 12, error: '' } }
			]
		})
	);
	await page.evaluate(() => (location.hash = '#/settings/crons'));
	await page.getByText('failed 3 min ago, after 1.2 s').waitFor();
	await page.getByText('The disk is full.').waitFor();
	await page.getByText('runs now').waitFor();
	busy = false;
	await page.getByText('went well 2 hr ago, took 12 ms').waitFor();
	await audit(page);
});

test('backups say how old they are, how large, and when the next is made', async () => {
	const page = await blank();
	const modified = new Date(Date.now() - 3 * 86_400_000 - 60_000).toISOString().replace('T', ' ');
	await page.route('**/api/backups', (route) => route.fulfill({ json: [{ key: 'one.zip', size: 4_300_000, modified }] }));
	await page.evaluate(() => (location.hash = '#/settings/backups'));
	await page.getByText('1 backup, 4.1 MB together; the last one was made 3 days ago.').waitFor();
	await page.getByRole('switch', { name: 'Back up regularly' }).setChecked(true);
	await page.getByText(/^The next one is made by itself in \d+ (hr|min)/).waitFor();
	await page.getByRole('switch', { name: 'Back up regularly' }).setChecked(false);
	await page.getByText('None is made by itself.').waitFor();
	await page.getByRole('button', { name: 'Discard' }).click();
	await audit(page);
});

test('the environment has a badge on every screen, for everybody', async () => {
	const { api } = dashboard.current;
	const page = await dashboard.current.visit('#/settings');
	await page.getByLabel('Name of the environment').fill('Production');
	await page.getByRole('radiogroup', { name: 'Colour of the badge' }).getByLabel('Red').check();
	await page.getByRole('button', { name: 'Use the badge' }).click();
	await page.getByText('The badge is shown to everybody on the team.').first().waitFor();
	assert.deepEqual((await api.send('GET', '/api/dashboard')).environment, { name: 'Production', tone: 'danger' });
	const other = await dashboard.current.visit('#/logs', { viewport: phone });
	await other.getByRole('banner').getByText('Production').waitFor();
	await audit(other);
	await page.getByLabel('Name of the environment').fill('');
	await page.getByRole('button', { name: 'Remove the badge' }).click();
	await page.getByText('The badge is gone.').first().waitFor();
	assert.equal((await api.send('GET', '/api/dashboard')).environment, undefined);
	await audit(page);
});

test('a setting is found by its name, on whatever page it stands', async () => {
	const page = await dashboard.current.visit('#/settings');
	const box = page.getByRole('searchbox', { name: 'Find a setting' });
	await box.fill('region');
	await page.getByRole('list', { name: 'Settings found' }).getByRole('link').waitFor();
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'Files', level: 1 }).waitFor();
	// Out of sight until files are kept in a bucket: its heading is gone to.
	await page.waitForFunction(() => document.activeElement?.textContent?.trim() === 'Storage');
	await box.fill('body at');
	await page.getByRole('list', { name: 'Settings found' }).getByRole('link').click();
	await page.getByRole('heading', { name: 'Application', level: 1 }).waitFor();
	await box.fill('sender');
	await page
		.getByRole('list', { name: 'Settings found' })
		.getByRole('link', { name: /^Address/ })
		.click();
	await page.getByRole('heading', { name: 'Mail', level: 1 }).waitFor();
	await page.waitForFunction(() => document.activeElement?.getAttribute('type') === 'email');
	await audit(page);
});

test('the application has an accent of its own, readable in every hue, and gives it up again', async () => {
	const { api } = dashboard.current;
	for (const accentColor of ['#c81e5b', '#e0b000', '#7a2be2']) {
		await api.send('PATCH', '/api/settings', { meta: { accentColor } });
		const page = await dashboard.current.visit('#/settings');
		await page.getByRole('button', { name: 'As it came' }).waitFor();
		assert.notEqual(await page.evaluate(() => document.documentElement.style.getPropertyValue('--turn')), '');
		await audit(page);
	}
	const page = await dashboard.current.visit('#/settings');
	await page.getByRole('button', { name: 'As it came' }).click();
	assert.equal((await save(page)).status(), 200);
	await page.getByText('Everything is saved').waitFor();
	assert.equal(await page.evaluate(() => document.documentElement.style.getPropertyValue('--turn')), '');
	assert.equal((await stored()).meta.accentColor, '#1055c9');
	await audit(page);
});

test('whoever would lock himself out of the dashboard is asked, and told the way back', async () => {
	const page = await dashboard.current.visit('#/settings/security');
	await page.getByText('for your address').waitFor();
	const addresses = page.getByLabel('Addresses', { exact: true });
	await addresses.fill('203.0.113.7');
	await page.getByText('saving locks you out').waitFor();
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	const ask = page.getByRole('dialog', { name: 'Lock yourself out?' });
	await ask.getByText('cratebase superuser ips').waitFor();
	await ask.getByRole('button', { name: 'Cancel' }).click();
	assert.deepEqual((await stored()).superuserIPs, []);
	await page.getByRole('button', { name: /^Add mine/ }).click();
	await page.getByText('saving locks you out').waitFor({ state: 'detached' });
	assert.equal((await save(page)).status(), 200);
	await addresses.fill('127.0.0.0/8, ::1');
	assert.equal((await save(page)).status(), 200);
	await addresses.fill('');
	assert.equal((await save(page)).status(), 200);
	assert.deepEqual((await stored()).superuserIPs, []);
	await audit(page);
});

test('limits say what they can be for; labels and headers are offered while one types', async () => {
	const page = await dashboard.current.visit('#/settings/security');
	await page.getByText('What a limit can be for, and which one counts').click();
	await page.getByText('A path with one method.').waitFor();
	await page.getByRole('combobox', { name: 'Label of limit 1' }).waitFor();
	const offered = await page.locator('datalist option').evaluateAll((all) => all.map((one) => one.getAttribute('value')));
	for (const one of ['products:create', '*:auth', '/api/batch', 'customers:authWithPassword']) assert.ok(offered.includes(one), one);
	const headers = page.getByLabel('Headers');
	await headers.fill('X-Own');
	await headers.press('Enter');
	await page.getByRole('button', { name: 'Remove X-Own' }).waitFor();
	await headers.fill('CF-Connecting-IP');
	await page.getByRole('button', { name: 'Remove CF-Connecting-IP' }).waitFor();
	await page.getByRole('button', { name: 'Discard' }).click();
	await page.getByRole('button', { name: 'Remove X-Own' }).waitFor({ state: 'detached' });
	await audit(page);
});

test('a header that a proxy sends is found, and trusted by a press', async () => {
	const page = await blank();
	await page.route('**/api/health', (route) =>
		route.fulfill({ json: { data: { canBackup: true, realIP: '10.0.0.2', possibleProxyHeader: 'X-Real-IP' } } })
	);
	await page.evaluate(() => (location.hash = '#/settings/security'));
	await page.getByText('The server takes 10.0.0.2 for your address.').waitFor();
	await page.getByText('which is not trusted yet').waitFor();
	await page.getByRole('button', { name: 'Trust it' }).click();
	await page.getByRole('button', { name: 'Remove X-Real-IP' }).waitFor();
	await page.getByRole('button', { name: 'Discard' }).click();
	await audit(page);
});

test('a bucket is tried by itself when its page opens, and again at will', async () => {
	const page = await blank();
	const settings = await stored();
	settings.s3 = { ...settings.s3, enabled: true, endpoint: 'https://s3.example.com', bucket: 'files', region: 'eu', accessKey: 'key' };
	let works = false;
	await page.route('**/api/settings', (route) => route.fulfill({ json: settings }));
	await page.route('**/api/settings/test/s3', (route) =>
		works
			? route.fulfill({ status: 204 })
			: route.fulfill({ status: 400, json: { status: 400, message: 'Failed to test the S3 filesystem.', data: {} } })
	);
	await page.evaluate(() => (location.hash = '#/settings/storage'));
	await page.getByText('Not connected.').waitFor();
	works = true;
	await page.getByRole('button', { name: 'Test again' }).click();
	await page.getByText('Connected: a file could be written and deleted.').waitFor();
	await page.getByLabel('Region').fill('us');
	await page.getByText('Tried once it is saved.').waitFor();
	await page.getByText('Files that are there already are not moved').waitFor();
	await page.getByRole('button', { name: 'Discard' }).click();
	await audit(page);
});

test('while a backup is made elsewhere none is begun; one that is brought in is there at once', async () => {
	const page = await blank();
	let free = false;
	const made = [{ key: 'one.zip', size: 4_300_000, modified: '2026-01-02 03:04:05.000Z' }];
	await page.route('**/api/health', (route) => route.fulfill({ json: { data: { canBackup: free } } }));
	await page.route('**/api/backups**', (route) => {
		if (route.request().method() === 'GET') return route.fulfill({ json: made });
		made.push({ key: 'two.zip', size: 1, modified: '2026-02-02 03:04:05.000Z' });
		return route.fulfill({ status: 204 });
	});
	await page.evaluate(() => (location.hash = '#/settings/backups'));
	await page.getByText('A backup or a restore is under way…').waitFor();
	assert.equal(await page.getByRole('button', { name: 'New backup' }).isDisabled(), true);
	assert.equal(await page.getByRole('button', { name: 'Restore one.zip' }).isDisabled(), true);
	free = true;
	await page.getByText('A backup or a restore is under way…').waitFor({ state: 'detached' });
	await page.locator('input[type=file]').setInputFiles({ name: 'two.zip', mimeType: 'application/zip', buffer: Buffer.from('PK') });
	await page.getByText('two.zip', { exact: true }).waitFor();
	await page.getByRole('button', { name: 'Restore two.zip' }).click();
	const ask = page.getByRole('dialog', { name: 'Restore this backup?' });
	assert.equal(await ask.getByRole('button', { name: 'Restore', exact: true }).isDisabled(), true);
	await ask.getByLabel('Type two.zip to confirm').fill('two.zip');
	assert.equal(await ask.getByRole('button', { name: 'Restore', exact: true }).isDisabled(), false);
	await page.keyboard.press('Escape');
	await audit(page);
});

test('several collections go out at once, by a range, to the clipboard or into a file', async () => {
	const page = await dashboard.current.visit('#/settings/export');
	await page.getByRole('button', { name: 'None' }).click();
	const boxes = page.getByRole('checkbox');
	await boxes.nth(0).check();
	await boxes.nth(2).click({ modifiers: ['Shift'] });
	await page.getByText('3 collections', { exact: true }).waitFor();
	await page.getByRole('button', { name: 'Copy' }).first().waitFor();
	const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download' }).click()]);
	assert.equal(file.suggestedFilename(), 'collections.json');
	await audit(page);
});

test('an import takes the ids from here, marks what is lost, and asks once more before it', async () => {
	const { api } = dashboard.current;
	const here = await api.ensureCollection({
		name: 'narrowed',
		type: 'base',
		fields: [{ name: 'tags', type: 'select', maxSelect: 3, values: ['a', 'b', 'c'] }]
	});
	const text = JSON.stringify([
		{
			...here,
			id: 'pbc_elsewhere01',
			fields: here.fields.map((/** @type {any} */ field) => (field.name === 'tags' ? { ...field, maxSelect: 1 } : field))
		}
	]);
	const page = await dashboard.current.visit('#/settings/import');
	await page.locator('input[type=file]').setInputFiles({ name: 'all.json', mimeType: 'application/json', buffer: Buffer.from(text) });
	await page.getByText('Known here under another id').waitFor();
	await page.getByRole('button', { name: 'Use the ids from here' }).click();
	const effects = page.getByRole('region', { name: 'What the import does' });
	await effects.getByText('The data of tags.maxSelect is lost.').waitFor();
	await effects.getByRole('row', { name: /fields\.tags\.maxSelect.*3.*1/ }).waitFor();
	await page.getByRole('switch', { name: 'Delete what is not in it' }).check();
	await effects.getByText('All of its records and files are lost.').first().waitFor();
	assert.equal(await effects.getByText('_superusers').count(), 0);
	await page.getByRole('switch', { name: 'Delete what is not in it' }).uncheck();
	await page.getByRole('button', { name: 'Import', exact: true }).click();
	const ask = page.getByRole('dialog', { name: 'Import and lose data?' });
	await ask.getByLabel('Type lose data to confirm').fill('lose data');
	await ask.getByRole('button', { name: 'Import' }).click();
	await page.getByText('1 collection imported.').first().waitFor();
	const after = await api.send('GET', '/api/collections/narrowed');
	assert.equal(after.fields.find((/** @type {any} */ field) => field.name === 'tags').maxSelect, 1);
	await api.send('DELETE', '/api/collections/narrowed');
	await audit(page);
});
