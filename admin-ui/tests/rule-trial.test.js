import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { audit, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();
/** @type {string[]} */
const made = [];

after(async () => {
	for (const name of made) await dashboard.current.api.send('DELETE', `/api/collections/${name}`).catch(() => {});
});

/** Two notes, the first of them owned by a customer. @param {string} name @param {object} rules */
async function notes(name, rules) {
	const { api } = dashboard.current;
	const { id } = await api.send('GET', '/api/collections/customers');
	const { items } = await api.send('GET', "/api/collections/customers/records?filter=name='Kim Larsen'");
	made.push(name);
	await api.send('POST', '/api/collections', {
		name,
		type: 'base',
		fields: [
			{ name: 'title', type: 'text' },
			{ name: 'owner', type: 'relation', collectionId: id, maxSelect: 1 }
		],
		...rules
	});
	await api.create(name, [
		{ title: 'Milk', owner: items[0].id },
		{ title: 'Bread', owner: '' }
	]);
}

/** @param {import('playwright-core').Page} page @param {string | RegExp} from @param {string} name */
async function choose(page, from, name) {
	await page.getByRole('button', { name: from }).click();
	const picker = page.getByRole('dialog', { name: /^Choose from/ });
	await picker.getByText(name, { exact: true }).click();
	await picker.waitFor({ state: 'hidden' });
}

test('a rule is tried as a guest and as an account, and the part that says no is marked', async () => {
	await notes('tried_notes', {
		listRule: null,
		viewRule: "@request.auth.id != '' && (owner = @request.auth.id || title = 'Bread')",
		createRule: ''
	});
	const page = await dashboard.current.visit('#/collections/tried_notes/schema?tab=rules');
	const trial = page.getByRole('region', { name: 'Try it' });
	await page.getByRole('button', { name: 'Try the rule: View' }).click();
	await trial.getByText('Choose the record it is about.').waitFor();
	await choose(page, 'Record Choose from tried_notes', 'Milk');
	await trial.getByText('Not allowed', { exact: true }).waitFor();
	await trial.getByText('says no').first().waitFor();
	assert.match((await trial.locator('p.blamed').first().textContent()) ?? '', /@request\.auth\.id != ''/);

	await trial.getByRole('radio', { name: 'An account' }).check();
	await trial.getByLabel('Accounts of').selectOption('customers');
	await choose(page, 'Account Choose from customers', 'Ada Novak');
	await trial.getByText('None of the 2 alternatives holds').waitFor();
	assert.equal(await trial.locator('p.blamed').count(), 2);
	await choose(page, /^Account Ada/, 'Kim Larsen');
	await trial.getByText('Allowed', { exact: true }).waitFor();
	assert.equal(await trial.locator('p.blamed').count(), 0);

	// What is written counts, not what is saved.
	const view = page.getByRole('region', { name: 'View', exact: true });
	await view.locator('.cm-content').click();
	await page.keyboard.press('End');
	await page.keyboard.insertText(" && title != 'Milk'");
	await trial.getByText('Not allowed', { exact: true }).waitFor();
	assert.match((await trial.locator('p.blamed').first().textContent()) ?? '', /title != 'Milk'/);
	await audit(page);
});

test('closed and open rules say so without a question; what was chosen is kept while the page is open', async () => {
	await notes('plain_notes', { listRule: null, viewRule: '', createRule: "@request.body.title != ''" });
	const page = await dashboard.current.visit('#/collections/plain_notes/schema?tab=rules');
	const trial = page.getByRole('region', { name: 'Try it' });
	await trial.getByText('Superusers only: everybody else is refused').waitFor();
	await trial.getByLabel('Rule', { exact: true }).selectOption('View');
	await trial.getByText('Everyone may, guests too').waitFor();
	await trial.getByLabel('Rule', { exact: true }).selectOption('Create');
	await trial.getByText('Not allowed', { exact: true }).waitFor();
	await trial.getByRole('button', { name: 'Fill with blanks' }).click();
	await trial.locator('.cm-content').click();
	await page.keyboard.press('ControlOrMeta+a');
	await page.keyboard.insertText('{ "title": "Tea" }');
	await trial.getByText('Allowed', { exact: true }).waitFor();

	await page.getByRole('link', { name: 'Fields' }).click();
	await page.getByRole('link', { name: 'Rules' }).click();
	await trial.getByText('"Tea"').waitFor();
	await trial.getByText('Allowed', { exact: true }).waitFor();
	await audit(page);
});
