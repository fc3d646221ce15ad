import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit, phone, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

/** @param {import('playwright-core').Page} page */
const box = (page) => page.getByRole('combobox', { name: 'Go to or do' });

/** Opens the palette and writes into it. @param {import('playwright-core').Page} page @param {string} text */
async function seek(page, text) {
	await page.getByRole('main').waitFor();
	await page.keyboard.press('Control+k');
	await box(page).waitFor();
	await page.keyboard.type(text);
}

/** The chosen option, as a screen reader finds it. @param {import('playwright-core').Page} page */
async function chosen(page) {
	const id = await box(page).getAttribute('aria-activedescendant');
	return page.locator(`[id="${id}"][role=option][aria-selected=true]`);
}

test('a few letters lead to any collection, and the keys choose', async () => {
	const page = await dashboard.current.visit('#/');
	await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
	await page.getByRole('navigation', { name: 'Collections' }).getByRole('link', { name: 'orders', exact: true }).waitFor();
	await seek(page, 'orders');
	await (await chosen(page)).getByText('orders').waitFor();
	assert.equal(await (await chosen(page)).locator('mark').innerText(), 'orders');
	await page.keyboard.press('ArrowDown');
	assert.match(await (await chosen(page)).innerText(), /^orders: /);
	await page.keyboard.press('ArrowUp');
	await page.keyboard.press('ArrowUp');
	assert.equal(await page.getByRole('option').last().getAttribute('aria-selected'), 'true');
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'orders', level: 1 }).waitFor();
	await box(page).waitFor({ state: 'detached' });
	await audit(page);
});

test('rules, settings and screens are found by letters of their words', async () => {
	const page = await dashboard.current.visit('#/');
	await page.getByRole('navigation', { name: 'Collections' }).getByRole('link', { name: 'orders', exact: true }).waitFor();
	await seek(page, 'prod rules');
	await page.getByRole('option', { name: 'products: rules' }).click();
	await page.getByRole('heading', { name: 'Schema of products', level: 1 }).waitFor();
	await page.waitForURL(/tab=rules/);
	await seek(page, 'bkup');
	await page.getByRole('option', { name: 'Backups Settings' }).click();
	await page.getByRole('heading', { name: 'Backups', level: 1 }).waitFor();
	await seek(page, 'sett mail');
	await page.getByRole('option', { name: 'Mail Settings' }).click();
	await page.getByRole('heading', { name: 'Mail', level: 1 }).waitFor();
	// A single setting, from anywhere: its page, and the row of it.
	await page.getByRole('link', { name: 'Home' }).first().click();
	await seek(page, 'accent colour');
	await page.getByRole('option', { name: /^Accent colour Application/ }).click();
	await page.getByRole('heading', { name: 'Application', level: 1 }).waitFor();
	await page.waitForFunction(() => document.activeElement?.getAttribute('type') === 'color');
	await seek(page, 'logs');
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'Logs', level: 1 }).waitFor();
	await audit(page);
});

test('records of the collection one is in are found by words and by id', async () => {
	const { api } = dashboard.current;
	const { items } = await api.send('GET', '/api/collections/orders/records?perPage=1&sort=number');
	const page = await dashboard.current.visit('#/collections/orders');
	await page.getByRole('columnheader', { name: 'customer' }).waitFor();
	await seek(page, '2026-1012');
	await page.getByRole('group', { name: 'Records of orders' }).getByRole('option', { name: '2026-1012' }).waitFor();
	await page.keyboard.press('Enter');
	await page.getByRole('dialog', { name: 'Record 2026-1012' }).waitFor();
	// Over an open drawer as well.
	await seek(page, items[0].id);
	await page.getByRole('option', { name: '2026-1000' }).click();
	await page.getByRole('dialog', { name: 'Record 2026-1000' }).waitFor();
	await audit(page);
});

test('what was done lately comes first, the next time too', async () => {
	const page = await dashboard.current.visit('#/');
	await page.getByRole('navigation', { name: 'Collections' }).getByRole('link', { name: 'orders', exact: true }).waitFor();
	await seek(page, 'brands api');
	await page.keyboard.press('Enter');
	await page.waitForURL(/#\/collections\/brands\/api/);
	await page.evaluate(() => (location.hash = '#/logs'));
	await page.getByRole('heading', { name: 'Logs', level: 1 }).waitFor();
	await page.reload();
	await page.getByRole('heading', { name: 'Logs', level: 1 }).waitFor();
	await page.getByRole('navigation', { name: 'Collections' }).getByRole('link', { name: 'orders', exact: true }).waitFor();
	await seek(page, '');
	const recent = page.getByRole('group', { name: 'Recent' });
	assert.match(await recent.getByRole('option').first().innerText(), /^brands/);
	await recent.getByRole('option', { name: 'brands: API' }).waitFor();
	await audit(page);
});

test('it does things: a theme, the list of keys, signing out', async () => {
	const page = await dashboard.current.visit('#/');
	await seek(page, 'dark');
	await page.keyboard.press('Enter');
	await page.waitForFunction(() => document.documentElement.dataset['theme'] === 'dark');
	await seek(page, 'keyb');
	await page.keyboard.press('Enter');
	const keys = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
	await keys.getByText('Go to or do anything').waitFor();
	await page.keyboard.press('Escape');
	await keys.waitFor({ state: 'detached' });
	await seek(page, 'sign out');
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'Sign in' }).waitFor();
	await audit(page);
});

test('nothing found is said; Esc and the keys close it and give the focus back', async () => {
	const page = await dashboard.current.visit('#/collections/orders');
	await page.getByRole('columnheader', { name: 'customer' }).waitFor();
	await page.getByRole('searchbox', { name: 'Find a collection' }).focus();
	await seek(page, 'zzqqx');
	await page.getByText('Nothing is called “zzqqx”').waitFor();
	assert.equal(await box(page).getAttribute('aria-expanded'), 'false');
	await page.keyboard.press('Escape');
	await box(page).waitFor({ state: 'detached' });
	assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Find a collection');
	await page.keyboard.press('Control+k');
	await box(page).waitFor();
	await page.keyboard.press('Control+k');
	await box(page).waitFor({ state: 'detached' });
	await audit(page);
});

test('the open palette stands any look, and a phone has a button for it', async () => {
	const page = await dashboard.current.visit('#/', { viewport: phone });
	await page.getByRole('button', { name: 'Go to or do' }).click();
	await page.getByRole('option', { name: 'New collection' }).waitFor();
	await page.getByRole('option', { name: 'products' }).first().waitFor();
	await audit(page);
});
