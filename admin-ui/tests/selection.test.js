import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { audit, phone, superuser, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

/** A collection of its own, so that what is deleted is missed by nobody. @param {string} name */
async function notes(name, many = 12) {
	const { api } = dashboard.current;
	await api.ensureCollection({
		name,
		type: 'base',
		fields: [
			{ name: 'title', type: 'text', presentable: true },
			{ name: 'place', type: 'number' }
		]
	});
	const rows = await api.create(
		name,
		Array.from({ length: many }, (_, i) => ({ title: `Note ${i + 1}`, place: i + 1 }))
	);
	const total = async () => (await api.send('GET', `/api/collections/${name}/records?perPage=1`)).totalItems;
	return { rows, total };
}
/** @param {import('playwright-core').Page} page @param {number} line */
const box = (page, line) => page.locator('tbody tr[data-line]').nth(line).getByRole('checkbox');
/** @param {import('playwright-core').Page} page */
const bar = (page) => page.getByRole('toolbar', { name: 'Chosen records' });

test('rows are chosen by mouse and keys, in ranges too', async () => {
	await notes('chosen_notes');
	const page = await dashboard.current.visit('#/collections/chosen_notes');
	await box(page, 1).click();
	await box(page, 4).click({ modifiers: ['Shift'] });
	await bar(page).getByText('4 selected').waitFor();
	await page.keyboard.press('Escape');
	await bar(page).waitFor({ state: 'detached' });
	await page.locator('tbody tr a').first().focus();
	await page.keyboard.press('x');
	await page.keyboard.press('Shift+ArrowDown');
	await page.keyboard.press('Shift+ArrowDown');
	await bar(page).getByText('3 selected').waitFor();
	await page.getByRole('checkbox', { name: 'Select all on this page' }).click();
	await bar(page).getByText('12 selected').waitFor();
	await page.getByRole('checkbox', { name: 'Select all on this page' }).click();
	await bar(page).waitFor({ state: 'detached' });
	await audit(page);
});

test('what is deleted can be taken back, and goes when it is not', async () => {
	const { total } = await notes('deleted_notes');
	const page = await dashboard.current.visit('#/collections/deleted_notes');
	await box(page, 0).click();
	await box(page, 2).click({ modifiers: ['Shift'] });
	await bar(page).getByRole('button', { name: 'Delete' }).click();
	await page.getByText('9 records', { exact: true }).waitFor();
	const news = page.getByRole('region', { name: 'News' });
	await news.getByText('3 records deleted.').waitFor();
	await news.getByRole('button', { name: 'Undo' }).click();
	await page.getByText('12 records', { exact: true }).waitFor();
	assert.equal(await total(), 12);
	await page.locator('tbody tr a').first().focus();
	await page.keyboard.press('Delete');
	await page.getByText('11 records', { exact: true }).waitFor();
	const gone = page.waitForResponse((answer) => answer.request().method() === 'DELETE');
	await news.getByText('Note 12 deleted.').locator('..').getByRole('button', { name: 'Dismiss' }).click();
	assert.equal((await gone).status(), 204);
	assert.equal(await total(), 11);
	await audit(page);
});

test('leaving the page carries a deletion out', async () => {
	const { total } = await notes('left_notes', 3);
	const page = await dashboard.current.visit('#/collections/left_notes');
	await page.locator('tbody tr').first().click();
	await page.getByRole('dialog').getByRole('button', { name: 'More' }).click();
	await page.getByRole('button', { name: 'Delete', exact: true }).click();
	await page.getByText('2 records', { exact: true }).waitFor();
	await page.reload();
	await page.getByText('2 records', { exact: true }).waitFor();
	assert.equal(await total(), 2);
	await audit(page);
});

test('a record that others need stays, and the reason is told', async () => {
	const { api } = dashboard.current;
	// Accounts that other specs needed.
	const { items } = await api.send('GET', '/api/collections/_superusers/records');
	const others = items.filter((/** @type {{ email: string }} */ { email }) => email !== superuser.email);
	for (const { id } of others) await api.send('DELETE', `/api/collections/_superusers/records/${id}`);
	const page = await dashboard.current.visit('#/collections/_superusers');
	await page.locator('tbody tr a').first().focus();
	await page.keyboard.press('Delete');
	const news = page.getByRole('region', { name: 'News' });
	await news.getByRole('button', { name: 'Dismiss' }).click();
	await news.getByText('could not be deleted').waitFor();
	await page.getByText('1 record', { exact: true }).waitFor();
	await audit(page);
});

test('changes of others appear as they happen', async () => {
	const { rows } = await notes('live_notes');
	const { api } = dashboard.current;
	const page = await dashboard.current.visit('#/collections/live_notes');
	const subscribed = page.waitForResponse((answer) => answer.url().endsWith('/api/realtime') && answer.request().method() === 'POST');
	await subscribed;
	await api.send('PATCH', `/api/collections/live_notes/records/${rows[3].id}`, { title: 'Changed elsewhere' });
	await page.locator('tr.glow', { hasText: 'Changed elsewhere' }).waitFor();
	await api.send('DELETE', `/api/collections/live_notes/records/${rows[4].id}`);
	await page.locator('tr.gone', { hasText: 'Note 5' }).waitFor();
	await api.send('POST', '/api/collections/live_notes/records', { title: 'From elsewhere' });
	await page.getByRole('button', { name: '1 new record: show' }).click();
	await page.locator('tbody tr').first().getByText('From elsewhere').waitFor();
	assert.equal(await page.locator('tr.gone').count(), 0);
	await audit(page);
});

test('what is filtered is exported, as JSON and as CSV', async () => {
	await notes('exported_notes', 30);
	const page = await dashboard.current.visit(`#/collections/exported_notes?filter=${encodeURIComponent('place > 10')}&perPage=25`);
	await page.getByText('20 records', { exact: true }).waitFor();
	await page.getByRole('button', { name: 'Export', exact: true }).click();
	const ask = page.getByRole('dialog', { name: 'Export from exported_notes' });
	await ask.getByText('Every record that passes the filter: 20.').waitFor();
	let download = page.waitForEvent('download');
	await ask.getByRole('button', { name: 'Export' }).click();
	const json = JSON.parse(await readFile(await (await download).path(), 'utf8'));
	assert.deepEqual(
		json.map((/** @type {any} */ row) => row.place),
		Array.from({ length: 20 }, (_, i) => i + 11)
	);
	await box(page, 0).click();
	await bar(page).getByRole('button', { name: 'Export' }).click();
	await ask.getByLabel('CSV').check();
	download = page.waitForEvent('download');
	await ask.getByRole('button', { name: 'Export' }).click();
	const csv = await readFile(await (await download).path(), 'utf8');
	assert.match(csv, /^\ufeffid,title,place\r\n\w{15},Note 30,30\r\n$/);
	await audit(page);
});

test('on a phone cards are chosen by their boxes', async () => {
	await notes('phone_notes', 4);
	const page = await dashboard.current.visit('#/collections/phone_notes', { viewport: phone });
	await page.getByRole('checkbox', { name: 'Select Note 2' }).check();
	await bar(page).getByText('1 selected').waitFor();
	await audit(page);
});
