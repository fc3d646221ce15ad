import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit, superuser, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

test('a superuser signs in and lands at home', async () => {
	const page = await dashboard.current.visit('', { guest: true });
	await page.getByLabel('Email').fill(superuser.email);
	await page.getByLabel('Password', { exact: true }).fill(superuser.password);
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
	assert.match(page.url(), /#\/$/);
	await audit(page);
});

test('wrong credentials are answered kindly', async () => {
	const page = await dashboard.current.visit('#/login', { guest: true });
	await page.getByLabel('Email').fill(superuser.email);
	await page.getByLabel('Password', { exact: true }).fill('wrong');
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.getByRole('alert').getByText('do not belong together').waitFor();
	await audit(page);
});

test('empty fields are named before anything is sent', async () => {
	const page = await dashboard.current.visit('#/login', { guest: true });
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.getByText('Enter your email address.').waitFor();
	await page.getByText('Enter your password.').waitFor();
	assert.equal(await page.getByLabel('Email').getAttribute('aria-invalid'), 'true');
	await audit(page);
});

test('a session that the server no longer knows leads back, and on again after signing in', async () => {
	const page = await dashboard.current.visit('#/collections/products?sort=-price');
	await page.getByRole('link', { name: 'price' }).waitFor();
	await page.route('**/api/collections/products/records*', (route) =>
		route.fulfill({ status: 401, json: { status: 401, message: 'Gone.', data: {} } })
	);
	await page.keyboard.press('r');
	await page.getByText('Your session has ended').waitFor();
	await page.unrouteAll();
	await page.getByLabel('Email').fill(superuser.email);
	await page.getByLabel('Password', { exact: true }).fill(superuser.password);
	await page.keyboard.press('Enter');
	await page.getByRole('columnheader', { name: 'price' }).waitFor();
	assert.match(page.url(), /#\/collections\/products\?sort=-price$/);
	await audit(page);
});

test('signing out ends the session in every tab', async () => {
	const page = await dashboard.current.visit('#/collections');
	await page.getByRole('heading', { name: 'Collections', level: 1 }).waitFor();
	const other = await page.context().newPage();
	await other.goto(page.url());
	await page.getByRole('button', { name: 'Account' }).click();
	await page.getByRole('button', { name: 'Sign out' }).click();
	await page.getByRole('heading', { name: 'Sign in' }).waitFor();
	await other.getByRole('heading', { name: 'Sign in' }).waitFor();
	assert.equal(await page.evaluate(() => localStorage.getItem('cratebase.session')), null);
	await audit(page);
});

test('superusers are a press away, in a table like any other; how they sign in is half fixed', async () => {
	const page = await dashboard.current.visit('#/collections');
	await page.getByRole('button', { name: 'Account' }).click();
	await page.getByRole('dialog', { name: 'Account' }).getByText(superuser.email).waitFor();
	await page.getByRole('dialog', { name: 'Account' }).getByRole('link', { name: 'Superusers' }).click();
	await page.getByRole('heading', { name: '_superusers', level: 1 }).waitFor();
	await page.getByRole('row', { name: new RegExp(superuser.email) }).waitFor();
	await page.goto(page.url().replace(/#.*/, '#/collections/_superusers/schema?tab=signin'));
	const password = page.getByRole('switch', { name: 'Password' });
	await password.waitFor();
	assert.deepEqual([await password.isChecked(), await password.isDisabled()], [true, true]);
	assert.equal(await page.getByRole('switch', { name: 'Other services' }).count(), 0);
	await audit(page);
});
