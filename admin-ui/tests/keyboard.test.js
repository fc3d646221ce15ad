import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { audit, phone, useDashboard, wide } from './support/dashboard.js';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {Parameters<Page['getByRole']>[0]} Role */

const dashboard = useDashboard();
const MOST_STOPS = 150;

after(async () => {
	for (const name of ['errands_wide', 'errands_phone'])
		await dashboard.current.api.send('DELETE', `/api/collections/${name}`).catch(() => {});
});

/**
 * Presses a key until what has the focus is this. Nothing is clicked, filled or focused from outside.
 *
 * @param {Page} page @param {string} key @param {Role} role @param {string | RegExp} name
 */
async function pressTo(page, key, role, name) {
	const wanted = page.getByRole(role, { name, exact: true }).and(page.locator(':focus'));
	for (let i = 0; i < MOST_STOPS; i++) {
		if ((await wanted.count()) > 0) return;
		await page.keyboard.press(key);
	}
	assert.fail(`${key} does not lead to the ${role} ${name}`);
}

/** @param {Page} page @param {Role} role @param {string | RegExp} name */
const tabTo = (page, role, name) => pressTo(page, 'Tab', role, name);

/** @param {Page} page @param {RegExp} kind @param {string} name */
async function addField(page, kind, name) {
	await tabTo(page, 'button', 'New field');
	await page.keyboard.press('Enter');
	await page.getByRole('list', { name: 'Kinds of field' }).waitFor();
	await pressTo(page, 'ArrowRight', 'button', kind);
	await page.keyboard.press('Enter');
	await page.locator('input[aria-label="Name of the field"]:focus').waitFor();
	await page.keyboard.type(name);
}

/** @param {string} name @param {{ width: number, height: number }} viewport */
async function work(name, viewport) {
	const { api } = dashboard.current;
	const rows = async () => (await api.send('GET', `/api/collections/${name}/records?sort=title`)).items;
	const page = await dashboard.current.visit('#/', { viewport });
	await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();

	// A collection with two fields and two rules.
	await page.keyboard.press('g');
	await page.keyboard.press('c');
	await page.getByRole('main').getByRole('link', { name: 'New collection' }).waitFor();
	await tabTo(page, 'link', 'New collection');
	await page.keyboard.press('Enter');
	await page.locator('input[aria-label="Name of the collection"]:focus').waitFor();
	await page.keyboard.type(name);
	await addField(page, /^Text /, 'title');
	await addField(page, /^Choice /, 'state');
	await tabTo(page, 'textbox', 'Choices');
	for (const choice of ['open', 'done']) {
		await page.keyboard.type(choice);
		await page.keyboard.press('Enter');
	}
	await tabTo(page, 'link', 'Rules');
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'List and search' }).waitFor();
	await tabTo(page, 'radio', 'Superusers');
	await pressTo(page, 'ArrowRight', 'radio', 'Everyone');
	await page
		.getByRole('radiogroup', { name: 'Who may: List and search' })
		.getByRole('radio', { name: 'Everyone', checked: true })
		.waitFor();
	await page.keyboard.press('Tab');
	await tabTo(page, 'radio', 'Superusers');
	await page.keyboard.press('ArrowRight');
	await tabTo(page, 'textbox', 'View, expression');
	await page.keyboard.type("state = 'open'");
	await page.keyboard.press('Control+s');
	await page.getByRole('heading', { name: 'No records yet' }).waitFor();
	const made = await api.send('GET', `/api/collections/${name}`);
	assert.deepEqual([made.listRule, made.viewRule], ['', "state = 'open'"]);
	assert.deepEqual(made.fields.find((/** @type {any} */ field) => field.name === 'state').values, ['open', 'done']);

	// Three records.
	for (const [title, state] of [
		['Bread', 'open'],
		['Milk', 'done'],
		['Tea', 'open']
	]) {
		await page.keyboard.press('n');
		const form = page.getByRole('dialog', { name: `New record in ${name}` });
		// It begins where somebody writes: ids come by themselves.
		await form.getByRole('textbox', { name: 'title', exact: true }).and(page.locator(':focus')).waitFor();
		await page.keyboard.type(title ?? '');
		await tabTo(page, 'combobox', 'state');
		await page.keyboard.type(state ?? '');
		await page.keyboard.press('Control+Enter');
		await form.waitFor({ state: 'hidden' });
	}
	assert.deepEqual(
		(await rows()).map((/** @type {any} */ row) => [row.title, row.state]),
		[
			['Bread', 'open'],
			['Milk', 'done'],
			['Tea', 'open']
		]
	);

	// Filtered, one of them changed.
	await page.keyboard.press('/');
	await page.keyboard.type("state = 'done'");
	await page.keyboard.press('Enter');
	await page.waitForURL((url) => url.hash.includes('filter='));
	await page.getByRole('main').getByText('Tea').waitFor({ state: 'detached' });
	await page.getByRole('main').getByText('Milk').waitFor();
	// Out of the box: the page's own keys belong to the page.
	await page.keyboard.press('Tab');
	const table = viewport === wide;
	if (table) await page.keyboard.press('j');
	else await tabTo(page, 'link', /^Milk/);
	await page.keyboard.press('Enter');
	const editor = page.getByRole('dialog', { name: 'Milk' });
	await editor.waitFor();
	await tabTo(page, 'textbox', 'title');
	await page.keyboard.press('Control+a');
	await page.keyboard.type('Oat milk');
	await page.keyboard.press('Control+Enter');
	await editor.waitFor({ state: 'hidden' });
	await page.getByRole('main').getByText('Oat milk').waitFor();

	// And deleted.
	if (table) {
		await page.keyboard.press('j');
		await page.keyboard.press('x');
	} else {
		await tabTo(page, 'checkbox', 'Select Oat milk');
		await page.keyboard.press('Space');
	}
	await page.getByRole('toolbar', { name: 'Chosen records' }).waitFor();
	await page.keyboard.press('Delete');
	await page.getByRole('main').getByText('Oat milk').waitFor({ state: 'detached' });
	await tabTo(page, 'button', 'Dismiss');
	const gone = page.waitForResponse((answer) => answer.request().method() === 'DELETE');
	await page.keyboard.press('Enter');
	await gone;
	assert.deepEqual(
		(await rows()).map((/** @type {any} */ row) => row.title),
		['Bread', 'Tea']
	);
	await audit(page);
}

test('by keys alone a collection is made, with fields and rules, and its records are made, filtered, changed and deleted', () =>
	work('errands_wide', wide));

test('the same by keys alone on a screen as wide as a phone', () => work('errands_phone', phone));
