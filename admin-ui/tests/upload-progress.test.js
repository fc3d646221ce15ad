import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { audit, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();
const SLOW_BYTES_PER_S = 200_000;

after(async () => {
	for (const name of ['scans', 'albums']) await dashboard.current.api.send('DELETE', `/api/collections/${name}`).catch(() => {});
});

test('a large file tells how far it has come, and can be stopped', async () => {
	const { api } = dashboard.current;
	await api.send('POST', '/api/collections', {
		name: 'scans',
		type: 'base',
		fields: [
			{ name: 'title', type: 'text' },
			{ name: 'scan', type: 'file', maxSelect: 1, maxSize: 20_000_000 }
		]
	});
	const page = await dashboard.current.visit('#/collections/scans?create=new');
	const form = page.getByRole('dialog', { name: 'New record in scans' });
	await form.getByRole('textbox', { name: 'title' }).fill('Map');
	await form
		.locator('input[type=file]')
		.setInputFiles({ name: 'map.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(2_000_000, 7) });
	await form.getByText('map.bin').first().waitFor();
	const line = await page.context().newCDPSession(page);
	const speed = (/** @type {number} */ bytes) =>
		line.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytes });
	await line.send('Network.enable');
	await speed(SLOW_BYTES_PER_S);
	await form.getByRole('button', { name: 'Create', exact: true }).click();
	await form.getByRole('progressbar', { name: 'Upload', exact: true }).waitFor();
	await form.getByRole('button', { name: 'Stop the upload' }).click();
	await form.getByText('The upload was stopped. Nothing was saved.').waitFor();
	assert.equal((await api.send('GET', '/api/collections/scans/records')).totalItems, 0);

	await speed(-1);
	await form.getByRole('button', { name: 'Create', exact: true }).click();
	await form.waitFor({ state: 'hidden' });
	const { items } = await api.send('GET', '/api/collections/scans/records');
	assert.deepEqual([items.length, items[0].title, /^map.*\.bin$/.test(items[0].scan)], [1, 'Map', true]);
	await audit(page);
});

test('of several files each has its own progress, and one can be left out on the way', async () => {
	const { api } = dashboard.current;
	await api.send('POST', '/api/collections', {
		name: 'albums',
		type: 'base',
		fields: [
			{ name: 'title', type: 'text' },
			{ name: 'files', type: 'file', maxSelect: 5, maxSize: 20_000_000 }
		]
	});
	const page = await dashboard.current.visit('#/collections/albums?create=new');
	const form = page.getByRole('dialog', { name: 'New record in albums' });
	await form.getByRole('textbox', { name: 'title' }).fill('Two');
	const file = (/** @type {string} */ name, /** @type {number} */ bytes) => ({
		name,
		mimeType: 'application/octet-stream',
		buffer: Buffer.alloc(bytes, 7)
	});
	await form.locator('input[type=file]').setInputFiles([file('small.bin', 60_000), file('large.bin', 2_000_000), file('last.bin', 60_000)]);
	await form.getByText('last.bin').first().waitFor();
	const line = await page.context().newCDPSession(page);
	await line.send('Network.enable');
	await line.send('Network.emulateNetworkConditions', {
		offline: false,
		latency: 0,
		downloadThroughput: -1,
		uploadThroughput: SLOW_BYTES_PER_S
	});
	await form.getByRole('button', { name: 'Create', exact: true }).click();
	const progress = (/** @type {string} */ name) => form.getByRole('progressbar', { name: `Upload of ${name}` });
	// One after the other: the first is there while the last has not begun.
	await page.waitForFunction(() => {
		const share = (/** @type {string} */ name) => document.querySelector(`progress[aria-label="Upload of ${name}"]`)?.getAttribute('value');
		return share('small.bin') === '1' && Number(share('large.bin')) > 0 && Number(share('large.bin')) < 1;
	});
	assert.equal(await progress('last.bin').getAttribute('value'), '0');
	await form.getByRole('button', { name: 'Go on without large.bin' }).click();
	await progress('large.bin').waitFor({ state: 'hidden' });
	await form.waitFor({ state: 'hidden' });
	const { items } = await api.send('GET', '/api/collections/albums/records');
	assert.deepEqual(
		items[0].files.map((/** @type {string} */ name) => name.split('_')[0]),
		['small', 'last']
	);
	assert.equal(items.length, 1);
	await audit(page);
});
