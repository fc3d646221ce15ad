import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit, phone, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

/** A product with several photos. */
async function withPhotos() {
	const { items } = await dashboard.current.api.send(
		'GET',
		`/api/collections/products/records?perPage=1&filter=${encodeURIComponent('photos:length > 2')}`
	);
	return items[0];
}

test('a picture in the table is looked at, and the ones beside it', async () => {
	const { id, photos } = await withPhotos();
	const page = await dashboard.current.visit(`#/collections/products?filter=${encodeURIComponent(`id = '${id}'`)}`);
	await page.locator(`tbody [data-file="${photos[1]}"]`).click();
	const shown = page.getByRole('dialog', { name: `File ${photos[1]}` });
	const drawn = (/** @type {string} */ name) =>
		page.waitForFunction((name) => {
			const image = /** @type {HTMLImageElement | null} */ (document.querySelector(`dialog img[alt="${name}"]`));
			return image?.complete && image.naturalWidth > 0;
		}, name);
	await shown.waitFor();
	await drawn(photos[1]);
	await page.keyboard.press('ArrowRight');
	await drawn(photos[2]);
	await page.getByRole('button', { name: 'Previous file' }).click();
	await drawn(photos[1]);
	const download = page.waitForEvent('download');
	await page.getByRole('link', { name: 'Download' }).click();
	assert.equal((await download).suggestedFilename(), photos[1]);
	await page.keyboard.press('Escape');
	await page.getByRole('dialog').waitFor({ state: 'hidden' });
	assert.doesNotMatch(page.url(), /record=/);
	await audit(page);
});

test('from the drawer too; what is protected, what is missing, and what cannot be shown says so', async () => {
	const { id, photos, manual } = await withPhotos();
	const page = await dashboard.current.visit(`#/collections/products?record=${id}`, { viewport: phone });
	const drawer = page.getByRole('dialog', { name: /^Record/ });
	await drawer.getByRole('button', { name: `Look at ${manual}` }).click();
	await page.getByText('This kind of file is opened by other programs.').waitFor();
	const href = (await page.getByRole('link', { name: 'Open in a new tab' }).getAttribute('href')) ?? '';
	assert.equal((await page.request.get(new URL(href, page.url()).href)).status(), 200);
	await page.keyboard.press('Escape');
	await page.route('**/api/files/**', (route) => route.fulfill({ status: 404, json: { status: 404, message: 'Gone.', data: {} } }));
	await drawer.getByRole('button', { name: `Look at ${photos[0]}` }).click();
	await page.getByText('The file could not be shown').waitFor();
	await audit(page);
});
