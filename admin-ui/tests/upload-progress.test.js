import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { audit, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();
const SLOW_BYTES_PER_S = 200_000;

after(() => dashboard.current.api.send('DELETE', '/api/collections/scans').catch(() => {}));

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
	await form.getByRole('progressbar', { name: 'Upload' }).waitFor();
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
