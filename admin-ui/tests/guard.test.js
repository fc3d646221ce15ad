import { after, test } from 'node:test';
import { audit, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

/** @param {boolean} hideControls */
const guard = (hideControls) => dashboard.current.api.send('PATCH', '/api/settings', { meta: { hideControls } });

after(() => guard(false));

test('where the settings ask for it, collections are out of reach and saving takes a press more', async () => {
	await guard(true);
	const page = await dashboard.current.visit('#/collections/wishlists?create=new');
	const form = page.getByRole('dialog', { name: 'New record in wishlists' });
	await form.getByRole('button', { name: 'Unlock to save' }).click();
	await form.getByRole('button', { name: 'Create', exact: true }).waitFor();
	await form.getByRole('button', { name: 'Close' }).click();
	await page.getByRole('link', { name: 'New collection' }).waitFor({ state: 'detached' });
	await page.getByRole('link', { name: 'Settings', exact: true }).click();
	const nav = page.getByRole('navigation', { name: 'Settings' });
	await nav.getByRole('link', { name: 'Mail' }).waitFor();
	await nav.getByRole('link', { name: 'Export' }).waitFor({ state: 'detached' });
	// Turned off here, everything is back at once.
	await page.getByRole('switch', { name: 'Guard collections against accidents' }).uncheck();
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByRole('link', { name: 'New collection' }).waitFor();
	await nav.getByRole('link', { name: 'Export' }).waitFor();
	await audit(page);
});
