import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

test('the link of the installer creates a superuser and signs in', async () => {
	const { api, token } = dashboard.current;
	const page = await dashboard.current.visit(`#/pbinstall/${token}`, { guest: true });
	await page.getByLabel('Email').fill('first@example.com');
	await page.getByLabel('Password', { exact: true }).fill('ten-or-more-chars');
	await page.getByLabel('Password again', { exact: true }).fill('ten-or-more-chars');
	await page.getByRole('button', { name: 'Create and sign in' }).click();
	await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
	const { items } = await api.send('GET', `/api/collections/_superusers/records?filter=${encodeURIComponent("email='first@example.com'")}`);
	assert.equal(items.length, 1);
	await api.send('DELETE', `/api/collections/_superusers/records/${items[0].id}`);
	await page.context().close();
});

test('what is wrong stands at its field', async () => {
	const page = await dashboard.current.visit(`#/pbinstall/${dashboard.current.token}`, { guest: true });
	await page.getByLabel('Email').fill('nobody');
	await page.getByLabel('Password', { exact: true }).fill('short');
	await page.getByRole('button', { name: 'Create and sign in' }).click();
	await page.getByText('Enter an email address').waitFor();
	await page.getByText('Use at least 10 characters.').waitFor();
	await page.getByLabel('Password', { exact: true }).fill('long-enough-now');
	await page.getByLabel('Password again', { exact: true }).fill('something-else');
	await page.getByRole('button', { name: 'Create and sign in' }).click();
	await page.getByText('This is not the same password.').waitFor();
	await audit(page);
});

test('a link that is over says how to get another', async () => {
	const page = await dashboard.current.visit('#/pbinstall/eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.c2ln', { guest: true });
	await page.getByRole('heading', { name: 'This link is over' }).waitFor();
	await audit(page);
});
