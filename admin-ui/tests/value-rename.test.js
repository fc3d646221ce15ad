import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { audit, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();
/** @type {string[]} */
const made = [];

after(async () => {
	await dashboard.current.api.send('PATCH', '/api/settings', { batch: { enabled: false } });
	for (const name of made) await dashboard.current.api.send('DELETE', `/api/collections/${name}`).catch(() => {});
});

/** @param {string} name @param {object} [more] */
async function jobs(name, more = {}) {
	made.push(name);
	await dashboard.current.api.send('POST', '/api/collections', {
		name,
		type: 'base',
		fields: [
			{ name: 'title', type: 'text' },
			{ name: 'state', type: 'select', values: ['open', 'pending', 'done'], maxSelect: 1 },
			{ name: 'marks', type: 'select', values: ['red', 'green'], maxSelect: 2 }
		],
		...more
	});
	return dashboard.current.api.create(name, [
		{ title: 'a', state: 'pending', marks: ['red', 'green'] },
		{ title: 'b', state: 'open', marks: ['green'] },
		{ title: 'c', state: 'pending', marks: ['red'] }
	]);
}

/** @param {string} name */
const rows = async (name) => (await dashboard.current.api.send('GET', `/api/collections/${name}/records?sort=title`)).items;
/** @param {string} name @param {string} field */
const valuesOf = async (name, field) =>
	(await dashboard.current.api.send('GET', `/api/collections/${name}`)).fields.find((/** @type {any} */ one) => one.name === field).values;

/** @param {import('playwright-core').Page} page */
const saved = (page) =>
	page
		.getByRole('status')
		.filter({ hasText: /^Saved/ })
		.waitFor({ state: 'attached' });

test('a choice is renamed together with the records that hold it, single and several', async () => {
	await dashboard.current.api.send('PATCH', '/api/settings', { batch: { enabled: true } });
	await jobs('jobs');
	const page = await dashboard.current.visit('#/collections/jobs/schema');
	await page.getByRole('button', { name: 'Options of state' }).click();
	await page.getByRole('textbox', { name: 'Name of the choice pending' }).fill('waiting');
	await page.getByRole('button', { name: 'Options of marks' }).click();
	await page.getByRole('textbox', { name: 'Name of the choice red' }).fill('crimson');
	await page.keyboard.press('Control+s');
	const dialog = page.getByRole('dialog', { name: 'What this save does' });
	await dialog.getByText('The choice pending of state is called waiting.').waitFor();
	await dialog.getByRole('checkbox', { name: 'Write the new name into the records: 4' }).waitFor();
	await dialog.getByRole('button', { name: 'Save' }).click();
	await saved(page);
	assert.deepEqual(await valuesOf('jobs', 'state'), ['open', 'waiting', 'done']);
	assert.deepEqual(
		(await rows('jobs')).map((/** @type {any} */ row) => [row.state, row.marks]),
		[
			['waiting', ['crimson', 'green']],
			['open', ['green']],
			['waiting', ['crimson']]
		]
	);
	await audit(page);
});

test('a record that refuses the new name keeps the old one, which stays allowed until the next save goes through', async () => {
	await dashboard.current.api.send('PATCH', '/api/settings', { batch: { enabled: false } });
	const [first] = await jobs('stuck_jobs');
	const page = await dashboard.current.visit('#/collections/stuck_jobs/schema');
	await page.getByRole('button', { name: 'Options of state' }).click();
	await page.getByRole('textbox', { name: 'Name of the choice pending' }).fill('waiting');
	await page.route(`**/records/${first.id}`, (route) =>
		route.fulfill({ status: 400, contentType: 'application/json', body: '{"status":400,"message":"Not this one.","data":{}}' })
	);
	await page.keyboard.press('Control+s');
	const dialog = page.getByRole('dialog', { name: 'What this save does' });
	await dialog.getByRole('checkbox', { name: 'Write the new name into the records: 2' }).waitFor();
	await dialog.getByRole('button', { name: 'Save' }).click();
	await dialog.getByText('1 record has the new name, 1 not. Both names stay allowed').waitFor();
	assert.deepEqual(await valuesOf('stuck_jobs', 'state'), ['open', 'waiting', 'done', 'pending']);
	assert.deepEqual(
		(await rows('stuck_jobs')).map((/** @type {any} */ row) => row.state),
		['pending', 'open', 'waiting']
	);
	await page.unrouteAll();
	await dialog.getByRole('button', { name: 'Go on editing' }).click();
	await page.getByText('Unsaved changes').waitFor();
	await page.keyboard.press('Control+s');
	await dialog.getByRole('checkbox', { name: 'Write the new name into the records: 1' }).waitFor();
	await dialog.getByRole('button', { name: 'Save' }).click();
	await saved(page);
	assert.deepEqual(await valuesOf('stuck_jobs', 'state'), ['open', 'waiting', 'done']);
	assert.equal((await rows('stuck_jobs'))[0].state, 'waiting');
	await audit(page);
});

test('a choice taken away while another comes is no rename; records keep what they hold', async () => {
	await jobs('other_jobs');
	const page = await dashboard.current.visit('#/collections/other_jobs/schema');
	await page.getByRole('button', { name: 'Options of state' }).click();
	await page.getByRole('button', { name: 'Remove pending' }).click();
	await page.keyboard.type('waiting');
	await page.keyboard.press('Enter');
	await page.keyboard.press('Control+s');
	const dialog = page.getByRole('dialog', { name: 'What this save does' });
	await dialog.getByText('state no longer offers pending').waitFor();
	assert.equal(await dialog.getByRole('checkbox').count(), 0);
	await dialog.getByRole('button', { name: 'Save' }).click();
	await saved(page);
	assert.equal((await rows('other_jobs'))[0].state, 'pending');
	await audit(page);
});

test('choices are put in order by keys and by dragging; one name is not taken twice', async () => {
	await jobs('sorted_jobs');
	const page = await dashboard.current.visit('#/collections/sorted_jobs/schema');
	await page.getByRole('button', { name: 'Options of state' }).click();
	const name = (/** @type {string} */ value) => page.getByRole('textbox', { name: `Name of the choice ${value}` });
	await name('done').press('Alt+ArrowLeft');
	await page.getByRole('status').filter({ hasText: 'done, 2 of 3' }).waitFor({ state: 'attached' });
	const grip = await page.locator('[data-choice="2"] .grip').boundingBox();
	const first = await page.locator('[data-choice="0"]').boundingBox();
	assert.ok(grip && first);
	await page.mouse.move(grip.x + 5, grip.y + 5);
	await page.mouse.down();
	await page.mouse.move(first.x + 4, first.y + 8, { steps: 12 });
	await page.mouse.up();
	await name('done').fill('open');
	await page.getByText('There is a choice of that name already').waitFor();
	await name('pending').press('Enter');
	await page.getByText('There is a choice of that name already').waitFor({ state: 'detached' });
	await page.keyboard.press('Control+s');
	await saved(page);
	assert.deepEqual(await valuesOf('sorted_jobs', 'state'), ['pending', 'open', 'done']);
	await audit(page);
});
