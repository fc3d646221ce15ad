import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit, query, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

/** A collection of its own, with a record that was made, renamed twice and saved as it was. @param {string} name */
async function notes(name) {
	const { api } = dashboard.current;
	await api.send('POST', '/api/collections', {
		name,
		type: 'base',
		createRule: '',
		fields: [
			{ name: 'title', type: 'text', presentable: true },
			{ name: 'tags', type: 'select', values: ['red', 'blue'], maxSelect: 2 },
			{ name: 'saved', type: 'autodate', onCreate: true, onUpdate: true }
		]
	});
	const record = await api.send('POST', `/api/collections/${name}/records`, { title: 'First', tags: ['red'] });
	await api.send('PATCH', `/api/collections/${name}/records/${record.id}`, { title: 'Second', tags: ['red', 'blue'] });
	await api.send('PATCH', `/api/collections/${name}/records/${record.id}`, { title: 'Third' });
	await api.send('PATCH', `/api/collections/${name}/records/${record.id}`, {});
	return record.id;
}

test('a record tells who did what to it, and takes former values back', async () => {
	const id = await notes('history_one');
	const { api } = dashboard.current;
	const page = await dashboard.current.visit(`#/collections/history_one?record=${id}`);
	const drawer = page.getByRole('dialog');
	await drawer.getByRole('tab', { name: 'History' }).click();
	const changes = drawer.getByRole('article');
	await changes.nth(3).waitFor();
	assert.equal(await changes.count(), 4);
	assert.deepEqual(await changes.getByText(/^(Created|Changed|Deleted)$/).allInnerTexts(), ['Changed', 'Changed', 'Changed', 'Created']);
	await changes.nth(0).getByText('Saved as it was.').waitFor();
	await changes.nth(2).getByText('you').waitFor();
	assert.deepEqual(await changes.nth(2).getByRole('term').allInnerTexts(), ['title', 'tags']);
	const [was = '', now = ''] = await changes.nth(2).getByRole('definition').allInnerTexts();
	assert.match(was, /First/);
	assert.match(now, /Second/);
	await changes.nth(2).getByRole('button', { name: 'Take back…' }).click();
	await drawer.getByText('Save to keep them').or(page.getByText('Save to keep them')).first().waitFor();
	const title = drawer.getByRole('textbox', { name: 'title' });
	assert.equal(await title.inputValue(), 'First');
	await page.keyboard.press('Control+s');
	await page.getByText('First saved.').first().waitFor();
	const stored = await api.send('GET', `/api/collections/history_one/records/${id}`);
	assert.deepEqual([stored.title, stored.tags], ['First', ['red']]);
	await drawer.getByRole('tab', { name: 'History' }).click();
	await changes.nth(4).waitFor();
	assert.equal(query(page)['tab'], 'history');
	await audit(page);
});

test('what was deleted comes back from the changes of its collection', async () => {
	const id = await notes('history_two');
	const { api } = dashboard.current;
	await api.send('DELETE', `/api/collections/history_two/records/${id}`);
	const page = await dashboard.current.visit('#/collections/history_two');
	await page.getByRole('link', { name: 'Changes', exact: true }).click();
	const changes = page.getByRole('article');
	await changes.nth(4).waitFor();
	await changes.nth(0).getByText('Deleted').waitFor();
	await changes.nth(0).getByText('Third').first().waitFor();
	assert.equal(await page.getByRole('button', { name: 'Restore' }).count(), 1);
	await page.getByRole('button', { name: 'Restore' }).click();
	await page.getByText('Third is back.').first().waitFor();
	const stored = await api.send('GET', `/api/collections/history_two/records/${id}`);
	assert.deepEqual([stored.title, stored.tags], ['Third', ['red', 'blue']]);
	await changes.nth(5).waitFor();
	await changes.nth(0).getByText('Created').waitFor();
	assert.equal(await page.getByRole('button', { name: 'Restore' }).count(), 0);
	await page.getByRole('button', { name: 'Open' }).click();
	await page.getByRole('dialog').getByRole('textbox', { name: 'title' }).waitFor();
});

test('a long history comes piece by piece', async () => {
	await notes('history_long');
	const { api } = dashboard.current;
	for (let n = 0; n < 40; n++) await api.send('POST', '/api/collections/history_long/records', { title: `Note ${n}` });
	const page = await dashboard.current.visit('#/collections/history_long/changes');
	const changes = page.getByRole('article');
	await changes.nth(29).waitFor();
	assert.equal(await changes.count(), 30);
	await page.getByRole('button', { name: 'Older changes' }).click();
	await changes.nth(43).waitFor();
	await page.getByText('The history goes back no further.').waitFor();
	assert.equal(await changes.count(), 44);
	await audit(page);
});
