import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { audit, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();
/** @type {string[]} */
const made = [];

after(async () => {
	await batches({ enabled: false });
	for (const name of made) await dashboard.current.api.send('DELETE', `/api/collections/${name}`).catch(() => {});
});

/** @param {object} batch */
const batches = (batch) => dashboard.current.api.send('PATCH', '/api/settings', { batch });

/** @param {string} name @param {number} count */
async function tasks(name, count) {
	made.push(name);
	await dashboard.current.api.send('POST', '/api/collections', {
		name,
		type: 'base',
		fields: [
			{ name: 'title', type: 'text' },
			{ name: 'place', type: 'number', max: 100 },
			{ name: 'state', type: 'select', values: ['open', 'done'], maxSelect: 1 }
		]
	});
	await dashboard.current.api.create(
		name,
		Array.from({ length: count }, (_, i) => ({ title: `Task ${i + 1}`, place: i + 1, state: i % 2 ? 'open' : '' }))
	);
}

/** @param {string} name @param {string} field */
async function valuesOf(name, field) {
	const { items } = await dashboard.current.api.send('GET', `/api/collections/${name}/records?perPage=500&sort=place`);
	return items.map((/** @type {any} */ row) => row[field]);
}

test('a field is set in the selected records, and put back', async () => {
	await tasks('chosen_tasks', 4);
	const page = await dashboard.current.visit('#/collections/chosen_tasks');
	for (const title of ['Task 2', 'Task 3']) await page.locator('tbody tr', { hasText: title }).getByRole('checkbox').click();
	await page.getByRole('toolbar', { name: 'Chosen records' }).getByRole('button', { name: 'Set a field' }).click();
	const dialog = page.getByRole('dialog', { name: 'Set a field' });
	await dialog.getByText('In 2 selected records of chosen_tasks.').waitFor();
	await dialog.getByLabel('Field').selectOption('state');
	await dialog.getByLabel('Value').selectOption('done');
	await dialog.getByRole('button', { name: 'Set state in 2 records' }).click();
	await dialog.waitFor({ state: 'hidden' });
	assert.deepEqual(await valuesOf('chosen_tasks', 'state'), ['', 'done', 'done', 'open']);
	await page.locator('tbody').getByText('done').nth(1).waitFor();
	await page.getByRole('button', { name: 'Undo' }).click();
	await page.getByText('state is as before in 2 records.').first().waitFor();
	assert.deepEqual(await valuesOf('chosen_tasks', 'state'), ['', 'open', '', 'open']);
	await audit(page);
});

test('where the settings ask for it, setting takes a press more, also by Enter', async () => {
	const guard = (/** @type {boolean} */ hideControls) => dashboard.current.api.send('PATCH', '/api/settings', { meta: { hideControls } });
	await guard(true);
	try {
		await tasks('guarded_tasks', 1);
		const before = await valuesOf('guarded_tasks', 'place');
		const page = await dashboard.current.visit('#/collections/guarded_tasks');
		await page.locator('tbody tr', { hasText: 'Task 1' }).getByRole('checkbox').click();
		await page.getByRole('toolbar', { name: 'Chosen records' }).getByRole('button', { name: 'Set a field' }).click();
		const dialog = page.getByRole('dialog', { name: 'Set a field' });
		await dialog.getByLabel('Field').selectOption('place');
		await dialog.getByLabel('Value').fill('70');
		await dialog.getByRole('button', { name: 'Unlock to save' }).waitFor();
		await dialog.getByLabel('Value').press('Enter');
		await dialog.getByRole('button', { name: 'Set place in 1 record' }).waitFor();
		assert.deepEqual(await valuesOf('guarded_tasks', 'place'), before);
		await dialog.getByLabel('Value').press('Enter');
		await dialog.waitFor({ state: 'hidden' });
		assert.deepEqual(await valuesOf('guarded_tasks', 'place'), [70]);
	} finally {
		await guard(false);
	}
});

test('everything the filter finds is changed after its count was confirmed; what is refused is told', async () => {
	await batches({ enabled: true, maxRequests: 20, timeout: 10 });
	await tasks('filtered_tasks', 60);
	const page = await dashboard.current.visit(`#/collections/filtered_tasks?filter=${encodeURIComponent('place > 10')}&perPage=25`);
	await page.getByText('50 records', { exact: true }).waitFor();
	await page.getByRole('button', { name: 'Set a field in all of these' }).click();
	const dialog = page.getByRole('dialog', { name: 'Set a field' });
	await dialog.getByText('In every record of filtered_tasks that passes the filter: 50.').waitFor();
	await dialog.getByLabel('Field').selectOption('state');
	await dialog.getByLabel('Value').selectOption('done');
	await dialog.getByRole('button', { name: 'Set state in 50 records' }).click();
	const ask = page.getByRole('dialog', { name: 'Change 50 records?' });
	await ask.getByText('place > 10').waitFor();
	await ask.getByRole('button', { name: 'Change 50 records' }).click();
	await dialog.waitFor({ state: 'hidden' });
	assert.equal((await valuesOf('filtered_tasks', 'state')).filter((/** @type {string} */ state) => state === 'done').length, 50);

	await page.getByRole('button', { name: 'Set a field in all of these' }).click();
	await dialog.getByLabel('Field').selectOption('place');
	await dialog.getByLabel('Value').fill('500');
	await dialog.getByRole('button', { name: 'Set place in 50 records' }).click();
	await page.getByRole('dialog', { name: 'Change 50 records?' }).getByRole('button', { name: 'Change 50 records' }).click();
	await dialog.getByText('0 changed, 50 failed.').waitFor();
	await dialog.getByText(/^place: /).waitFor();
	await audit(page);
});
