import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { audit, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();
const read = () => dashboard.current.api.send('GET', '/api/collections/members');

/** The collection of this spec. @param {string} tab */
async function visit(tab) {
	await dashboard.current.api.ensureCollection({
		name: 'members',
		type: 'auth',
		fields: [{ name: 'nick', type: 'text' }],
		indexes: ["CREATE UNIQUE INDEX `idx_members_nick` ON `members` (`nick`) WHERE `nick` != ''"]
	});
	return dashboard.current.visit(`#/collections/members/schema?tab=${tab}`);
}
after(() => dashboard.current.api.send('DELETE', '/api/collections/members').catch(() => {}));

/** @param {import('playwright-core').Page} page */
const saved = (page) =>
	page
		.getByRole('status')
		.filter({ hasText: /^Saved/ })
		.waitFor({ state: 'attached' });

test('ways to sign in are turned on and set up', async () => {
	const page = await visit('signin');
	await page.getByRole('checkbox', { name: 'nick' }).check();
	await page.getByRole('switch', { name: 'One-time code' }).check();
	await page.getByLabel('Valid for').fill('300');
	await page.getByText('In seconds: 5 minutes.').first().waitFor();
	await page.getByRole('switch', { name: 'Two factors' }).check();
	await page.keyboard.press('Control+s');
	await saved(page);
	const { passwordAuth, otp, mfa } = await read();
	assert.deepEqual(passwordAuth, { enabled: true, identityFields: ['email', 'nick'] });
	assert.equal(otp.duration, 300);
	assert.equal(mfa.enabled, true);
	await audit(page);
});

test('a service is added; its secret is kept and never shown', async () => {
	const page = await visit('signin');
	await page.getByRole('switch', { name: 'Other services' }).check();
	await page.getByText('No service is set up yet').waitFor();
	await page.getByRole('button', { name: 'Add a service' }).click();
	await page.getByLabel('Find a service').fill('gith');
	await page.getByRole('dialog').getByRole('button', { name: 'GitHub' }).click();
	await page.keyboard.press('Control+s');
	await page.getByText('Nothing was saved').waitFor();
	await page.getByText('Cannot be blank.').first().waitFor();
	await page.getByLabel('Client id').fill('abc');
	await page.getByLabel('Client secret', { exact: true }).fill('top-secret-word');
	await page.keyboard.press('Control+s');
	await saved(page);
	await page.reload();
	await page.getByRole('button', { name: 'Set up GitHub' }).click();
	assert.equal(await page.getByLabel('Client secret', { exact: true }).inputValue(), '');
	assert.equal(await page.getByLabel('Client secret', { exact: true }).getAttribute('placeholder'), 'Kept; type to replace');
	await page.getByLabel('Client id').fill('abcd');
	await page.keyboard.press('Control+s');
	await saved(page);
	const { oauth2 } = await read();
	assert.equal(oauth2.providers[0].clientId, 'abcd');
	assert.equal('clientSecret' in oauth2.providers[0], false);
	await audit(page);
});

test('everybody is signed out by a press, after being told so', async () => {
	const before = await dashboard.current.api.send('POST', '/api/collections/members/records', {
		email: 'out@example.com',
		password: 'correct-horse-9',
		passwordConfirm: 'correct-horse-9'
	});
	const { token } = await dashboard.current.api.send('POST', `/api/collections/members/impersonate/${before.id}`, { duration: 3600 });
	const holds = async () =>
		(
			await fetch(`${dashboard.current.api.base}/api/collections/members/auth-refresh`, {
				method: 'POST',
				headers: { Authorization: token }
			})
		).ok;
	assert.equal(await holds(), true);
	const page = await visit('signin');
	await page.getByRole('button', { name: 'Sign everybody out' }).click();
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByRole('dialog').getByText('Everybody in this collection is signed out.').waitFor();
	await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
	await saved(page);
	assert.equal(await holds(), false);
	await audit(page);
});

test('mails are written with placeholders and looked at', async () => {
	const page = await visit('mails');
	await page.getByRole('button', { name: /^Verification/ }).click();
	await page.getByLabel('Subject').fill('Hello from {APP_NAME}');
	await page.getByLabel('Text', { exact: true }).fill('<p>Dear </p>');
	await page.getByLabel('Text', { exact: true }).press('End');
	await page.getByRole('button', { name: '{RECORD:nick}' }).click();
	await page.getByRole('radio', { name: 'As it looks' }).check();
	await page.getByText('Hello from Acme').waitFor();
	await page.frameLocator('iframe[title="The mail as it looks"]').getByText('nick').waitFor();
	await page.keyboard.press('Control+s');
	await saved(page);
	assert.deepEqual((await read()).verificationTemplate, { subject: 'Hello from {APP_NAME}', body: '<p>Dear </p>{RECORD:nick}' });
	await page.getByRole('radio', { name: 'Text (HTML)' }).check();
	await page.getByLabel('Subject').fill('');
	await page.keyboard.press('Control+s');
	await page.getByText('Cannot be blank.').waitFor();
	await audit(page);
});

test('a test of a mail says what came of it', async () => {
	const page = await visit('mails');
	await page.route('**/api/settings/test/email', (route) => route.fulfill({ status: 204 }));
	await page.getByRole('button', { name: /^One-time code/ }).click();
	await page.getByRole('button', { name: 'Send a test' }).click();
	await page.getByLabel('To', { exact: true }).fill('kim@example.com');
	await page.getByRole('dialog').getByRole('button', { name: 'Send' }).click();
	await page.getByRole('dialog').getByText('Sent to kim@example.com.').waitFor();
	await audit(page);
});
