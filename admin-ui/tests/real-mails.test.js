import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { audit, base, useDashboard } from './support/dashboard.js';
import { Mailbox } from './support/mailbox.js';

const dashboard = useDashboard();
const mailbox = new Mailbox();
const PASSWORD = 'long-enough-9';

/** @param {string} name */
const address = (name) => `${name}-${Date.now()}@example.com`;
/** @param {string} method @param {string} path @param {object} [body] */
const send = (method, path, body) => dashboard.current.api.send(method, path, body);

/** @type {Promise<void> | undefined} */
let begun;

/** From here on the server hands its mails to the mailbox; once for all specs. */
const mails = () => (begun ??= begin());

async function begin() {
	const port = await mailbox.open();
	await send('PATCH', '/api/settings', { smtp: { enabled: true, host: '127.0.0.1', port }, meta: { appURL: base } });
	await dashboard.current.api.ensureCollection({ name: 'readers', type: 'auth', fields: [] });
}
after(async () => {
	await send('PATCH', '/api/collections/_superusers', { mfa: { enabled: false }, otp: { enabled: false } });
	await send('PATCH', '/api/settings', { smtp: { enabled: false } });
	mailbox.close();
});

/** @param {string} email */
const reader = (email) => send('POST', '/api/collections/readers/records', { email, password: PASSWORD, passwordConfirm: PASSWORD });

/** What a mail leads to in the dashboard. @param {string} mail @param {string} screen */
function linkOf(mail, screen) {
	const [, token] = new RegExp(`/_/#/auth/${screen}/([\\w.-]+)`).exec(mail) ?? [];
	assert.ok(token, mail);
	return { hash: `#/auth/${screen}/${token}`, token };
}

/** The same token, a minute too late. @param {string} token */
function late(token) {
	const [head, claims = '', sign] = token.split('.');
	const read = JSON.parse(Buffer.from(claims, 'base64url').toString());
	const text = JSON.stringify({ ...read, exp: Math.floor(Date.now() / 1000) - 60 });
	return `${head}.${Buffer.from(text).toString('base64url')}.${sign}`;
}

test('a verification mail that came too late is sent once more, and its link verifies', async () => {
	await mails();
	const email = address('verify');
	const { id } = await reader(email);
	const expired = late(linkOf(await verificationOf(address('first')), 'confirm-verification').token);
	const claims = JSON.parse(Buffer.from(expired.split('.')[1] ?? '', 'base64url').toString());
	const own = Buffer.from(JSON.stringify({ ...claims, id, email })).toString('base64url');
	const page = await dashboard.current.visit(`#/auth/confirm-verification/${expired.split('.')[0]}.${own}.c2ln`, { guest: true });
	await page.getByRole('heading', { name: 'This link is over' }).waitFor();
	await page.getByRole('button', { name: 'Send another mail' }).click();
	await page.getByRole('heading', { name: 'Another mail is on its way' }).waitFor();
	const { hash } = linkOf(await mailbox.to(email), 'confirm-verification');
	await page.goto(`${base}/_/${hash}`);
	await page.getByRole('heading', { name: 'Your address is verified' }).waitFor();
	assert.equal((await send('GET', `/api/collections/readers/records/${id}`)).verified, true);
	await audit(page);
});

/** @param {string} email */
async function verificationOf(email) {
	await reader(email);
	await send('POST', '/api/collections/readers/request-verification', { email });
	return mailbox.to(email);
}

test('a new address is confirmed with the password of the account', async () => {
	await mails();
	const [email, next] = [address('old'), address('new')];
	const { id } = await reader(email);
	const { token } = await send('POST', '/api/collections/readers/auth-with-password', { identity: email, password: PASSWORD });
	await fetch(`${base}/api/collections/readers/request-email-change`, {
		method: 'POST',
		headers: { Authorization: token, 'Content-Type': 'application/json' },
		body: JSON.stringify({ newEmail: next })
	});
	const { hash } = linkOf(await mailbox.to(next), 'confirm-email-change');
	const page = await dashboard.current.visit(hash, { guest: true });
	await page.getByText(next).waitFor();
	await page.getByLabel('Password', { exact: true }).fill('not-this-one');
	await page.getByRole('button', { name: 'Change the address' }).click();
	await page.locator('.field .error').waitFor();
	await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
	await page.getByRole('button', { name: 'Change the address' }).click();
	await page.getByRole('heading', { name: 'The address is changed' }).waitFor();
	assert.equal((await send('GET', `/api/collections/readers/records/${id}`)).email, next);
	await audit(page);
});

test('a superuser who forgot the password gets a new one by mail', async () => {
	await mails();
	const email = address('forgot');
	await send('POST', '/api/collections/_superusers/records', { email, password: PASSWORD, passwordConfirm: PASSWORD });
	const page = await dashboard.current.visit('#/login', { guest: true });
	await page.getByRole('link', { name: 'Forgotten the password?' }).click();
	await page.getByRole('heading', { name: 'Forgotten the password?' }).waitFor();
	await page.getByLabel('Email').fill(email);
	await page.getByRole('button', { name: 'Send the link' }).click();
	await page.getByText('a link to choose a new password is on its way').waitFor();
	const { hash } = linkOf(await mailbox.to(email), 'confirm-password-reset');
	await page.goto(`${base}/_/${hash}`);
	await page.getByText(email).waitFor();
	await page.getByLabel('New password', { exact: true }).fill('another-long-one');
	await page.getByRole('button', { name: 'Show New password', exact: true }).click();
	assert.equal(await page.getByLabel('New password', { exact: true }).getAttribute('type'), 'text');
	await page.getByLabel('New password again', { exact: true }).fill('another-long-one');
	await page.getByRole('button', { name: 'Change the password' }).click();
	await page.getByRole('heading', { name: 'The password is changed' }).waitFor();
	await page.getByRole('link', { name: 'To the sign-in' }).click();
	await page.getByLabel('Email').fill(email);
	await page.getByLabel('Password', { exact: true }).fill('another-long-one');
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
	await page.context().close();
});

test('with two factors a code from a mail, or with its id from the server, is asked for too', async () => {
	await mails();
	const email = address('twice');
	await send('POST', '/api/collections/_superusers/records', { email, password: PASSWORD, passwordConfirm: PASSWORD });
	await send('PATCH', '/api/collections/_superusers', { mfa: { enabled: true }, otp: { enabled: true } });
	const page = await dashboard.current.visit('#/login', { guest: true });
	const asked = page.waitForResponse((one) => one.url().endsWith('/request-otp'));
	await page.getByLabel('Email').fill(email);
	await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
	await page.keyboard.press('Enter');
	await page.getByText('Step 2 of 2').waitFor();
	const { otpId } = await (await asked).json();
	const [, code = ''] = /one-time password is (\d+)/.exec(await mailbox.to(email)) ?? [];
	await page.getByLabel('Code', { exact: true }).fill('00000000');
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.getByRole('alert').waitFor();
	await page.getByText('No mail comes?').click();
	await page.getByLabel('Id of the code').fill(otpId);
	await page.getByLabel('Code', { exact: true }).fill(code);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
	await page.context().close();
});

test('what is signed in with is called by its name', async () => {
	const page = await dashboard.current.visit('#/no/where', { guest: true });
	await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
	await page.route('**/_superusers/auth-methods', (route) =>
		route.fulfill({ json: { password: { enabled: true, identityFields: ['email', 'nick'] } } })
	);
	await page.route('**/auth-with-password', (route) => route.fulfill({ status: 401, json: { mfaId: 'mfa000000000001' } }));
	await page.evaluate(() => (location.hash = '#/login'));
	await page.getByLabel('Email or nick').fill('kim');
	await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
	await page.keyboard.press('Enter');
	// A mail needs an address.
	await page.getByText('Step 2 of 3').waitFor();
	await page.getByLabel('Email', { exact: true }).fill(address('kim'));
	await page.getByRole('button', { name: 'Send the code' }).click();
	await page.getByText('Step 3 of 3').waitFor();
	await audit(page);
});
