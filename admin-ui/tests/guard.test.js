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
	// No other way leads there either: not the palette, not the menu of a collection, not the diagram.
	await page.keyboard.press('Control+k');
	const palette = page.getByRole('dialog', { name: 'Go to or do' });
	await palette.getByRole('combobox').fill('collection');
	await palette.getByRole('option', { name: 'Collections' }).first().waitFor();
	await palette.getByRole('option', { name: 'New collection' }).waitFor({ state: 'detached' });
	await page.keyboard.press('Escape');
	await page.goto(page.url().replace(/#.*/, '#/collections/wishlists/schema'));
	await page.getByRole('button', { name: 'Unlock to save' }).waitFor();
	await page.getByRole('button', { name: 'More about wishlists' }).click();
	await page.getByRole('button', { name: 'Copy as JSON' }).waitFor();
	await page.getByRole('link', { name: 'Duplicate' }).waitFor({ state: 'detached' });
	await page.getByRole('button', { name: 'Delete the collection…' }).waitFor({ state: 'detached' });
	await page.keyboard.press('Escape');
	await page.goto(page.url().replace(/#.*/, '#/collections?view=diagram'));
	await page.getByRole('button', { name: 'Move wishlists with the arrow keys' }).waitFor();
	await page.getByRole('button', { name: 'Draw a relation from wishlists' }).waitFor({ state: 'detached' });
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
