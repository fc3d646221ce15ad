import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

test('home says what wants a look, leads there, and lets it be set aside', async () => {
	const { api } = dashboard.current;
	await api.ensureCollection({
		name: 'wide_open',
		type: 'base',
		createRule: '',
		deleteRule: '',
		fields: [{ name: 'title', type: 'text' }]
	});
	const page = await dashboard.current.visit('#/');
	await page.getByText(/things? to look at/).waitFor();
	const list = page.getByRole('list', { name: 'To look at' });
	const open = list.getByRole('listitem').filter({ hasText: 'Anybody may create and delete records of wide_open' });
	await open.getByRole('link', { name: 'Rules' }).click();
	await page.getByRole('heading', { name: 'wide_open', level: 1 }).waitFor();
	await page.goBack();
	await page.getByText(/things? to look at/).waitFor();
	await open.getByRole('button', { name: /^Set aside/ }).click();
	await open.waitFor({ state: 'detached' });
	await page.reload();
	await page.getByText(/things? to look at/).waitFor();
	await list.getByRole('listitem').first().waitFor();
	assert.equal(await open.count(), 0);
	await api.send('DELETE', '/api/collections/wide_open');
	await audit(page);
});
