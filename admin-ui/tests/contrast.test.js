import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit, phone, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

/** A colour of an element, as it is drawn. @param {import('playwright-core').Locator} element @param {string} property */
const drawn = (element, property) => element.evaluate((node, property) => getComputedStyle(node).getPropertyValue(property), property);

test("in the reader's own colours, what is on, chosen or focused is still told apart", async () => {
	const page = await dashboard.current.visit('#/collections/products?record=&sort=name', { more: { forcedColors: 'active' } });
	await page.locator('tbody tr').first().waitFor();
	const here = page.getByRole('link', { name: 'Records', exact: true });
	const elsewhere = page.getByRole('link', { name: 'Fields', exact: true });
	assert.notEqual(await drawn(here, 'background-color'), await drawn(elsewhere, 'background-color'));
	await page.locator('tbody input[type=checkbox]').first().click();
	const cells = page.locator('tbody tr');
	assert.equal(await drawn(cells.nth(0).locator('td').first(), 'border-bottom-width'), '2px');
	assert.equal(await drawn(cells.nth(2).locator('td').first(), 'border-bottom-width'), '1px');
	await page.goto(page.url().replace(/#.*/, '#/collections/products?create=new'));
	const form = page.getByRole('dialog', { name: 'New record in products' });
	assert.equal(await drawn(form, 'border-top-width'), '1px');
	const flag = form.getByRole('switch', { name: 'in_stock' });
	const off = await drawn(flag, 'background-color');
	await flag.check();
	assert.notEqual(await drawn(flag, 'background-color'), off);
	await flag.focus();
	await page.keyboard.press('Shift+Tab');
	assert.notEqual(await drawn(form.locator(':focus'), 'outline-style'), 'none');
	// The system sees to contrast there, in colours that the audit does not know.
	await page.emulateMedia({ forcedColors: 'none' });
	await audit(page);
});

test('with more contrast, lines are as strong as text needs', async () => {
	const page = await dashboard.current.visit('#/collections/products/schema', { more: { contrast: 'more' } });
	await page.getByRole('list', { name: 'Fields' }).waitFor();
	const line = () => page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--line').trim());
	assert.equal(
		await line(),
		await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--line-control').trim())
	);
	await audit(page);
});

test('in German, "E-Mail" stands on one line on a phone', async () => {
	const page = await dashboard.current.visit('#/collections/customers/schema?tab=signin', { viewport: phone, locale: 'de-DE' });
	await page.getByText('E\u2011Mail').first().waitFor();
	assert.equal(await page.getByText(/E-Mail/).count(), 0);
	await audit(page);
});

test('where less motion is asked for, nothing moves', async () => {
	const page = await dashboard.current.visit('#/collections/brands');
	const lasting = () =>
		page.getByRole('dialog').evaluate((node) => {
			const { animationDuration, transitionDuration } = getComputedStyle(node);
			return Math.max(...[animationDuration, transitionDuration].map(parseFloat));
		});
	await page.getByRole('columnheader', { name: 'website' }).waitFor();
	await page.keyboard.press('n');
	assert.ok((await lasting()) < 0.001);
	await page.emulateMedia({ reducedMotion: 'no-preference' });
	assert.ok((await lasting()) > 0.1);
	await audit(page);
});
