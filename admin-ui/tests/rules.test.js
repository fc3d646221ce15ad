import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { audit, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();
/** @type {string[]} */
const made = [];

/** @param {any} collection */
async function make(collection) {
	made.push(collection.name);
	return dashboard.current.api.send('POST', '/api/collections', collection);
}

/** @param {string} name */
const read = (name) => dashboard.current.api.send('GET', `/api/collections/${name}`);

after(async () => {
	for (const name of made) await dashboard.current.api.send('DELETE', `/api/collections/${name}`).catch(() => {});
});

/** A collection of notes whose owners are customers. @param {string} name @param {object} [rules] */
async function notes(name, rules = {}) {
	const { id } = await read('customers');
	return make({
		name,
		type: 'base',
		fields: [
			{ name: 'title', type: 'text' },
			{ name: 'owner', type: 'relation', collectionId: id, maxSelect: 1 }
		],
		...rules
	});
}

test('a rule is locked, by expression, or open, and open ones that write warn', async () => {
	await notes('memos');
	const page = await dashboard.current.visit('#/collections/memos/schema?tab=rules');
	const list = page.getByRole('region', { name: 'List and search' });
	const create = page.getByRole('region', { name: 'Create' });
	await list.getByRole('radio', { name: 'Expression' }).check();
	await list.locator('.cm-content').click();
	await page.keyboard.insertText("title != ''");
	await create.getByRole('radio', { name: 'Everyone' }).check();
	await create.getByText('Everyone on the internet may create records here').waitFor();
	await page.getByRole('button', { name: 'Save' }).click();
	const dialog = page.getByRole('dialog', { name: 'What this save does' });
	await dialog.getByText('Create: everyone, guests too.').waitFor();
	await dialog.getByRole('button', { name: 'Save' }).click();
	await page
		.getByRole('status')
		.filter({ hasText: /^Saved/ })
		.waitFor({ state: 'attached' });
	const { listRule, createRule, viewRule } = await read('memos');
	assert.deepEqual({ listRule, createRule, viewRule }, { listRule: "title != ''", createRule: '', viewRule: null });
	// Closed and opened again, the text is still there.
	await list.getByRole('radio', { name: 'Superusers' }).check();
	await list.getByRole('radio', { name: 'Expression' }).check();
	await list.getByText("title != ''").waitFor();
	await audit(page);
});

test('names are completed from the schema, with the keyboard alone', async () => {
	await notes('letters', { listRule: "id != ''" });
	const page = await dashboard.current.visit('#/collections/letters/schema?tab=rules');
	const list = page.getByRole('region', { name: 'List and search' });
	const editor = list.locator('.cm-content');
	await editor.click();
	await page.keyboard.press('Control+a');
	await page.keyboard.type('own');
	await page.getByRole('option', { name: /^owner/ }).waitFor();
	await page.keyboard.press('Tab');
	await page.keyboard.type('.em');
	await page
		.getByRole('option', { name: /^email/ })
		.first()
		.waitFor();
	await page.keyboard.press('Escape');
	await page.keyboard.type("ail != '' && title != @todayS");
	await page.getByRole('option', { name: /@todayStart/ }).waitFor();
	await page.keyboard.press('Tab');
	assert.equal(await editor.innerText(), "owner.email != '' && title != @todayStart");
	await page.keyboard.type(' && @request.bo');
	await page.getByRole('option', { name: /^body/ }).waitFor();
	await page.keyboard.press('Tab');
	await page.keyboard.type('ti');
	await page.getByRole('option', { name: /^title/ }).waitFor();
	await page.keyboard.press('Tab');
	await page.keyboard.type(':iss');
	await page.getByRole('option', { name: /^isset/ }).waitFor();
	await page.keyboard.press('Tab');
	await page.keyboard.type(' = false && @collection.ord');
	await page.getByRole('option', { name: /^orders/ }).waitFor();
	await audit(page);
});

test('a mistake is told while it is written, with the name that was meant', async () => {
	await notes('cards', { listRule: "id != ''" });
	const page = await dashboard.current.visit('#/collections/cards/schema?tab=rules');
	const list = page.getByRole('region', { name: 'List and search' });
	const editor = list.locator('.cm-content');
	await editor.click();
	const write = async (/** @type {string} */ text) => {
		await page.keyboard.press('Control+a');
		await page.keyboard.insertText(text);
	};
	await write("titel = 'x'");
	await list.getByText('There is no field titel. Did you mean title?').waitFor();
	assert.equal(await editor.getAttribute('aria-invalid'), 'true');
	await write("title == 'x'");
	await list.getByText('Write = to compare.').waitFor();
	await write("title = 'x");
	await list.getByText('The text is not closed.').waitFor();
	await write("title = 'x' &&");
	await list.getByText('The expression ends too early').waitFor();
	// What only the server knows.
	await write("strftime(title, title, title) = 'x'");
	await list.locator('.said').waitFor();
	await write("title = 'x'");
	await list.locator('.said').waitFor({ state: 'detached' });
	await audit(page);
});

test('a rule that guests pass by accident is pointed out, and mended by a press', async () => {
	await notes('diaries');
	const page = await dashboard.current.visit('#/collections/diaries/schema?tab=rules');
	const view = page.getByRole('region', { name: 'View' });
	await view.getByRole('radio', { name: 'Expression' }).check();
	await view.locator('.cm-content').click();
	await page.keyboard.insertText('owner = @request.auth.id');
	await view.getByText('Guests pass where owner is empty').waitFor();
	await view.getByRole('button', { name: 'Ask for a sign-in too' }).click();
	await view.getByText('Guests pass where').waitFor({ state: 'detached' });
	assert.equal(await view.locator('.cm-content').innerText(), "@request.auth.id != '' && (owner = @request.auth.id)");
	await audit(page);
});

test('often wanted rules are a press away', async () => {
	await notes('lists');
	const page = await dashboard.current.visit('#/collections/lists/schema?tab=rules');
	const update = page.getByRole('region', { name: 'Update' });
	await update.getByRole('radio', { name: 'Expression' }).check();
	await update.getByRole('button', { name: '+ The account in owner' }).click();
	await update.getByRole('button', { name: '+ As long as title stays' }).click();
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
	await page
		.getByRole('status')
		.filter({ hasText: /^Saved/ })
		.waitFor({ state: 'attached' });
	assert.equal(
		(await read('lists')).updateRule,
		"@request.auth.id != '' && owner = @request.auth.id && @request.body.title:changed = false"
	);
	await audit(page);
});

test('rules of the system are shown and fixed', async () => {
	const page = await dashboard.current.visit('#/collections/_externalAuths/schema?tab=rules');
	await page.getByText('This is a collection of the system').waitFor();
	assert.equal(await page.getByRole('radio', { name: 'Everyone' }).first().isDisabled(), true);
	await audit(page);
});

test('the card about rules', async () => {
	const page = await dashboard.current.visit('#/collections/orders/schema?tab=rules');
	await page.getByRole('button', { name: 'How to write rules' }).click();
	await page.getByRole('group', { name: 'The language of rules' }).getByText('@todayStart').waitFor();
	await audit(page);
});

test('whoever writes before the editor has come goes on where they were', async () => {
	const page = await dashboard.current.visit('#/collections/products/schema');
	await page.getByRole('link', { name: 'Rules' }).click();
	await page.getByRole('heading', { name: 'List and search' }).waitFor();
	/** @type {() => void} */
	let come = () => {};
	const coming = new Promise((go) => (come = () => go(undefined)));
	await page.route(/immutable.*\.js/, async (route) => {
		await coming;
		await route.continue();
	});
	const rule = page.getByRole('radiogroup', { name: 'Who may: Delete' });
	await rule.getByText('Expression').click();
	const box = page.getByRole('textbox', { name: 'Delete, expression' });
	await page.locator('textarea[aria-label="Delete, expression"]').focus();
	await page.keyboard.type('nameprice');
	for (const _ of 'price') await page.keyboard.press('ArrowLeft');
	come();
	await page.locator('.cm-content[aria-label="Delete, expression"]:focus').waitFor();
	await page.keyboard.type(' != ');
	assert.equal(await box.innerText(), 'name != price');
	await audit(page);
});
