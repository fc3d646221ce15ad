import { test } from 'node:test';
import { audit, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

/** A token as mails carry it, signed by nobody. @param {object} claims */
const tokenOf = (claims) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;

/** What the server would say to each of these is its own specs' business: here it has said it. */
const said = { status: 204 };

test('a verification link verifies at once', async () => {
	const page = await dashboard.current.visit('#/no/where', { guest: true });
	await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
	await page.route('**/confirm-verification', (route) => route.fulfill(said));
	await page.evaluate(
		(token) => (location.hash = `#/auth/confirm-verification/${token}`),
		tokenOf({ collectionId: 'customers', email: 'kim@example.com' })
	);
	await page.getByRole('heading', { name: 'Your address is verified' }).waitFor();
	await audit(page);
});

test('a reset link takes a new password, twice the same', async () => {
	const page = await dashboard.current.visit(
		`#/auth/confirm-password-reset/${tokenOf({ collectionId: 'customers', email: 'kim@example.com' })}`,
		{ guest: true }
	);
	await page.getByLabel('New password', { exact: true }).fill('a-new-password');
	await page.getByLabel('New password again', { exact: true }).fill('another-one');
	await page.getByRole('button', { name: 'Change the password' }).click();
	await page.getByText('This is not the same password.').waitFor();
	await page.route('**/confirm-password-reset', (route) => route.fulfill(said));
	await page.getByLabel('New password again', { exact: true }).fill('a-new-password');
	await page.getByRole('button', { name: 'Change the password' }).click();
	await page.getByRole('heading', { name: 'The password is changed' }).waitFor();
	await audit(page);
});

test('a reset link that is over says so', async () => {
	const page = await dashboard.current.visit(`#/auth/confirm-password-reset/${tokenOf({ collectionId: 'customers' })}`, { guest: true });
	await page.getByLabel('New password', { exact: true }).fill('a-new-password');
	await page.getByLabel('New password again', { exact: true }).fill('a-new-password');
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'This link is over' }).waitFor();
	await audit(page);
});

test('a change of address asks for the password', async () => {
	const page = await dashboard.current.visit(
		`#/auth/confirm-email-change/${tokenOf({ collectionId: 'customers', newEmail: 'new@example.com' })}`,
		{ guest: true }
	);
	await page.getByText('new@example.com').waitFor();
	await page.route('**/confirm-email-change', (route) => route.fulfill(said));
	await page.getByLabel('Password', { exact: true }).fill('the-password');
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'The address is changed' }).waitFor();
	await audit(page);
});

test('the end of a sign-in elsewhere', async () => {
	const page = await dashboard.current.visit('#/auth/oauth2-redirect-failure', { guest: true });
	await page.getByRole('heading', { name: 'Signing in did not work' }).waitFor();
	await page.evaluate(() => (location.hash = '#/auth/oauth2-redirect-success'));
	await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
	await audit(page);
});
