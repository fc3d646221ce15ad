import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { audit, query, queryIs, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

/** @typedef {import('playwright-core').Page} Page */

/** @param {Page} page @param {number} line @param {string} field */
const cell = (page, line, field) => page.locator(`tr[data-line="${line}"] td[data-field=${field}]`);
/** @param {Page} page @param {string} field */
const editor = (page, field) => page.getByRole('dialog', { name: new RegExp(`^${field} of `) });
/** By the pencil at the end of the cell that comes with the mouse. @param {Page} page @param {number} line @param {string} field */
async function edit(page, line, field) {
	const one = cell(page, line, field);
	await one.hover();
	await page.locator('td[data-edit]').waitFor();
	const { width = 0, height = 0 } = (await one.boundingBox()) ?? {};
	await one.click({ position: { x: width - 12, y: height / 2 } });
}
/** @param {Page} page */
const written = (page) => page.waitForRequest((request) => request.method() === 'PATCH' && request.url().includes('/records/'));
const guard = (/** @type {boolean} */ hideControls) => dashboard.current.api.send('PATCH', '/api/settings', { meta: { hideControls } });
const brands = async () => (await dashboard.current.api.send('GET', '/api/collections/brands/records?sort=-@rowid')).items;

after(() => guard(false));

test('a pencil edits a value where it stands: only that field is sent, a mistake is told at the cell', async () => {
	const page = await dashboard.current.visit('#/collections/products?perPage=25');
	await edit(page, 3, 'price');
	await editor(page, 'price').getByRole('spinbutton').fill('-3');
	await page.keyboard.press('Enter');
	await editor(page, 'price').locator('.error').waitFor();
	await editor(page, 'price').getByRole('spinbutton').fill('77.5');
	const sent = written(page);
	await page.keyboard.press('Enter');
	assert.deepEqual((await sent).postDataJSON(), { price: 77.5 });
	await editor(page, 'price').waitFor({ state: 'detached' });
	await cell(page, 3, 'price').getByText('77.5').waitFor();
	// No drawer came with it, and Esc leaves things as they are.
	assert.deepEqual(query(page), { perPage: '25' });
	const before = await cell(page, 3, 'name').innerText();
	await edit(page, 3, 'name');
	await editor(page, 'name').getByRole('textbox').fill('Something else');
	await page.keyboard.press('Escape');
	await editor(page, 'name').waitFor({ state: 'detached' });
	assert.equal(await cell(page, 3, 'name').innerText(), before);
	// A press elsewhere takes what was written.
	await edit(page, 3, 'support');
	await editor(page, 'support').getByRole('textbox').fill('here@example.com');
	const more = written(page);
	await page.locator('footer').first().click();
	assert.deepEqual((await more).postDataJSON(), { support: 'here@example.com' });
	await cell(page, 3, 'support').getByText('here@example.com').waitFor();
	await audit(page);
});

test('the arrows go from cell to cell, F2 edits, Enter opens the record', async () => {
	const page = await dashboard.current.visit('#/collections/products?perPage=25');
	await page.locator('tbody a[data-row="0"]').focus();
	for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
	await page.locator('td[data-field=in_stock]:focus').waitFor();
	await page.keyboard.press('ArrowDown');
	await page.locator('tr[data-line="1"] td[data-field=in_stock]:focus').waitFor();
	await page.keyboard.press('F2');
	await editor(page, 'in_stock').getByRole('switch').press('Space');
	const sent = written(page);
	await page.keyboard.press('Enter');
	assert.deepEqual(Object.keys((await sent).postDataJSON()), ['in_stock']);
	await page.locator('tr[data-line="1"] td[data-field=in_stock]:focus').waitFor();
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('F2');
	await editor(page, 'condition').getByRole('combobox').selectOption('refurbished');
	const choice = written(page);
	await page.keyboard.press('Enter');
	assert.deepEqual((await choice).postDataJSON(), { condition: 'refurbished' });
	await page.locator('td[data-field=condition]:focus').waitFor();
	// What takes more room is for the drawer.
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('F2');
	assert.equal(await page.locator('[popover=manual]:popover-open').count(), 0);
	await page.keyboard.press('Enter');
	await page.getByRole('dialog', { name: /^Record / }).waitFor();
	await audit(page);
});

test('a value somebody else changed meanwhile is asked about at the cell', async () => {
	const { api } = dashboard.current;
	const [brand] = await brands();
	const page = await dashboard.current.visit('#/collections/brands');
	await edit(page, 0, 'name');
	await editor(page, 'name').getByRole('textbox').fill('Mine');
	await api.send('PATCH', `/api/collections/brands/records/${brand.id}`, { name: 'Theirs' });
	await editor(page, 'name').getByText('Somebody else changed this to').waitFor();
	await editor(page, 'name').getByRole('button', { name: 'Keep mine' }).click();
	await page.keyboard.press('Enter');
	await editor(page, 'name').waitFor({ state: 'detached' });
	assert.equal((await brands())[0].name, 'Mine');
	await api.send('PATCH', `/api/collections/brands/records/${brand.id}`, { name: brand.name });
	await audit(page);
});

test('where saving is locked, a cell is unlocked first', async () => {
	await guard(true);
	const [brand] = await brands();
	const page = await dashboard.current.visit('#/collections/brands');
	await edit(page, 0, 'name');
	await editor(page, 'name').getByRole('textbox').fill('Locked?');
	await page.keyboard.press('Enter');
	await editor(page, 'name').getByRole('button', { name: 'Save', exact: true }).waitFor();
	assert.equal((await brands())[0].name, brand.name);
	await page.keyboard.press('Escape');
	// Out of a drawer's draft: the record is as it was.
	await page.locator('tbody a').first().click();
	await queryIs(page, { record: brand.id });
	await page.getByText('No changes').waitFor();
	await guard(false);
	await audit(page);
});
