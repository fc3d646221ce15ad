import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit, phone, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

/** @typedef {import('playwright-core').Page} Page */

/** @param {Page} page */
const sidebar = (page) => page.getByRole('navigation', { name: 'Collections' });
/** @param {Page} page @param {string} name */
const section = (page, name) => sidebar(page).getByRole('group', { name, exact: true });
/** @param {Page} page @param {string} group @param {string} name */
const member = (page, group, name) => section(page, group).getByRole('link', { name, exact: true });

const stored = async () => (await dashboard.current.api.send('GET', '/api/dashboard')).groups ?? [];

/** What is in the groups now, by name. Waits until it is this. @param {Record<string, string[]>} expected */
async function groupsAre(expected) {
	/** @type {Record<string, string[]>} */
	let found = {};
	for (const end = Date.now() + 10_000; Date.now() < end;) {
		const { items } = await dashboard.current.api.send('GET', '/api/collections?perPage=200');
		const nameOf = (/** @type {string} */ id) => items.find((/** @type {any} */ one) => one.id === id)?.name;
		found = Object.fromEntries((await stored()).map((/** @type {any} */ one) => [one.name, one.collections.map(nameOf).sort()]));
		if (JSON.stringify(found) === JSON.stringify(expected)) return;
	}
	assert.deepEqual(found, expected);
}

test('a collection goes into a new group by its menu, and the team sees it', async () => {
	const page = await dashboard.current.visit('#/collections');
	await member(page, 'Collections', 'orders').waitFor();
	await sidebar(page).getByRole('button', { name: 'Move orders' }).press('Enter');
	await page.getByRole('dialog', { name: 'Move orders' }).getByRole('button', { name: 'New group…' }).press('Enter');
	await page.getByRole('dialog', { name: 'New group' }).getByLabel('Name').fill('Sales');
	await page.keyboard.press('Enter');
	await member(page, 'Sales', 'orders').waitFor();
	await groupsAre({ Sales: ['orders'] });
	await sidebar(page).getByRole('button', { name: 'Move customers' }).press('Enter');
	await page.getByRole('dialog', { name: 'Move customers' }).getByRole('button', { name: 'Sales' }).press('Enter');
	await groupsAre({ Sales: ['customers', 'orders'] });
	assert.equal(await member(page, 'Other collections', 'orders').count(), 0);
	const other = await dashboard.current.visit('#/collections');
	await member(other, 'Sales', 'customers').waitFor();
	await audit(other);
	await audit(page);
});

test('a collection is dragged into a group and out again', async () => {
	const page = await dashboard.current.visit('#/collections');
	await member(page, 'Other collections', 'products').dragTo(section(page, 'Sales').getByRole('heading'));
	await member(page, 'Sales', 'products').waitFor();
	await groupsAre({ Sales: ['customers', 'orders', 'products'] });
	await member(page, 'Sales', 'products').dragTo(section(page, 'Other collections').getByRole('heading'));
	await groupsAre({ Sales: ['customers', 'orders'] });
	await audit(page);
});

test('in a group, collections stand as the team puts them: by the menu and by dragging', async () => {
	const page = await dashboard.current.visit('#/collections');
	const order = async (/** @type {string[]} */ names) => {
		await page.waitForFunction((names) => {
			const found = [...document.querySelectorAll('nav [role=group]')].find((one) =>
				one.querySelector('h2')?.textContent?.includes('Sales')
			);
			return [...(found?.querySelectorAll('li a .name') ?? [])].map((one) => one.textContent).join() === names;
		}, names.join());
	};
	await order(['orders', 'customers']);
	await sidebar(page).getByRole('button', { name: 'Move customers' }).press('Enter');
	await page.getByRole('dialog', { name: 'Move customers' }).getByRole('button', { name: 'Move up' }).press('Enter');
	await order(['customers', 'orders']);
	// Let go on the upper half of another, it comes before that.
	await member(page, 'Sales', 'orders').dragTo(member(page, 'Sales', 'customers'), { targetPosition: { x: 40, y: 4 } });
	await order(['orders', 'customers']);
	await page.reload();
	await order(['orders', 'customers']);
	await audit(page);
});

test('while dragging, a line shows where it will land', async () => {
	const page = await dashboard.current.visit('#/collections');
	const link = member(page, 'Sales', 'customers');
	const over = (await link.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
	await member(page, 'Other collections', 'brands').hover();
	await page.mouse.down();
	const line = (/** @type {number} */ share) => page.mouse.move(over.x + 40, over.y + over.height * share, { steps: 4 });
	await line(0.2);
	await section(page, 'Sales').locator('li.before[data-id]', { hasText: 'customers' }).waitFor();
	await line(0.8);
	await section(page, 'Sales').locator('li.behind', { hasText: 'customers' }).waitFor();
	assert.equal(await section(page, 'Sales').locator('li.before').count(), 0);
	// Where the order is nobody's there is no line.
	const other = (await member(page, 'Other collections', 'products').boundingBox()) ?? over;
	await page.mouse.move(other.x + 40, other.y + 4, { steps: 4 });
	await page.waitForFunction(() => !document.querySelector('li.before, li.behind'));
	await page.mouse.up();
	await groupsAre({ Sales: ['customers', 'orders'] });
	await audit(page);
});

test('groups fold, for oneself, and open while one searches', async () => {
	const page = await dashboard.current.visit('#/collections');
	const fold = section(page, 'Sales').getByRole('button', { name: 'Sales', exact: true });
	await fold.click();
	assert.equal(await fold.getAttribute('aria-expanded'), 'false');
	await page.reload();
	await section(page, 'Sales').waitFor();
	assert.equal(await member(page, 'Sales', 'orders').count(), 0);
	await sidebar(page).getByRole('searchbox').fill('ord');
	await member(page, 'Sales', 'orders').waitFor();
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'orders', level: 1 }).waitFor();
	// What is on the screen is never hidden.
	await member(page, 'Sales', 'orders').waitFor();
	await audit(page);
});

test('groups are renamed, moved among each other, and deleted with a second chance', async () => {
	const page = await dashboard.current.visit('#/collections');
	await section(page, 'Other collections').hover();
	await section(page, 'Other collections').getByRole('button', { name: 'New group' }).click();
	await page.getByRole('dialog', { name: 'New group' }).getByLabel('Name').fill('sales');
	await page.getByText('There is a group of that name.').waitFor();
	await page.getByRole('dialog', { name: 'New group' }).getByLabel('Name').fill('Shop');
	await page.keyboard.press('Enter');
	await section(page, 'Shop').getByText('Nothing is in it yet.').waitFor();
	await groupsAre({ Sales: ['customers', 'orders'], Shop: [] });
	await section(page, 'Shop').getByRole('button', { name: 'Group Shop' }).press('Enter');
	await page.getByRole('button', { name: 'Move up' }).press('Enter');
	await groupsAre({ Shop: [], Sales: ['customers', 'orders'] });
	await section(page, 'Sales').getByRole('button', { name: 'Group Sales' }).press('Enter');
	await page.getByRole('button', { name: 'Rename' }).press('Enter');
	await page.getByRole('dialog', { name: 'Rename Sales' }).getByLabel('Name').fill('Orders');
	await page.keyboard.press('Enter');
	await section(page, 'Orders').waitFor();
	await section(page, 'Orders').getByRole('button', { name: 'Group Orders' }).press('Enter');
	await page.getByRole('button', { name: 'Delete the group' }).press('Enter');
	await groupsAre({ Shop: [] });
	await member(page, 'Other collections', 'orders').waitFor();
	await page.getByRole('button', { name: 'Undo' }).click();
	await groupsAre({ Shop: [], Orders: ['customers', 'orders'] });
	await member(page, 'Orders', 'orders').waitFor();
	await audit(page);
});

test('on a phone a menu moves collections; without the server nothing can be moved', async () => {
	const page = await dashboard.current.visit('#/collections', { viewport: phone });
	await page.getByRole('button', { name: 'Collections' }).click();
	await sidebar(page).getByRole('button', { name: 'Move brands' }).click();
	await page.getByRole('dialog', { name: 'Move brands' }).getByRole('button', { name: 'Shop' }).click();
	await groupsAre({ Shop: ['brands'], Orders: ['customers', 'orders'] });
	await member(page, 'Shop', 'brands').waitFor();
	await page.keyboard.press('Escape');
	await page.route('**/api/dashboard', (route) => route.fulfill({ status: 503, json: { status: 503, message: 'Later.', data: {} } }));
	await page.reload();
	await page.getByRole('button', { name: 'Collections' }).click();
	await member(page, 'Collections', 'brands').waitFor();
	assert.equal(await sidebar(page).getByRole('button', { name: 'Move brands' }).count(), 0);
	await dashboard.current.api.send('PUT', '/api/dashboard/groups', []);
	await audit(page);
});
