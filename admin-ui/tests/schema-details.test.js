import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { audit, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();
/** @type {string[]} */
const made = [];

/** @param {any} collection */
async function make(collection) {
	made.push(collection.name);
	return dashboard.current.api.send('POST', '/api/collections', collection);
}

/** @param {string} name */
const read = (name) => dashboard.current.api.send('GET', `/api/collections/${name}`);

/** @param {import('playwright-core').Page} page */
async function save(page) {
	await page.keyboard.press('Control+s');
	await page
		.getByRole('status')
		.filter({ hasText: /^Saved/ })
		.waitFor({ state: 'attached' });
}

after(async () => {
	for (const name of made.reverse()) await dashboard.current.api.send('DELETE', `/api/collections/${name}`).catch(() => {});
});

test('every field has help, says what counts as empty, and names records only while it is seen', async () => {
	await make({
		name: 'cards',
		type: 'base',
		fields: [
			{ name: 'title', type: 'text' },
			{ name: 'ready', type: 'bool' },
			{ name: 'place', type: 'geoPoint' },
			{ name: 'amount', type: 'number' }
		]
	});
	const page = await dashboard.current.visit('#/collections/cards/schema');
	const card = (/** @type {string} */ name) =>
		page
			.getByRole('list', { name: 'Fields' })
			.getByRole('listitem')
			.filter({ has: page.getByRole('button', { name: `Move ${name}`, exact: true }) });
	for (const [name, empty] of [
		['title', 'An empty text is refused.'],
		['ready', 'Only yes is taken.'],
		['place', 'The point 0/0 is refused.'],
		['amount', 'Nothing and 0 are refused.']
	]) {
		await page.getByRole('button', { name: `Options of ${name}` }).click();
		await card(name ?? '')
			.getByText(empty ?? '')
			.waitFor();
	}
	const title = card('title');
	await title.getByRole('checkbox', { name: 'Title' }).check();
	await title.getByRole('checkbox', { name: 'Hidden' }).check();
	assert.equal(await title.getByRole('checkbox', { name: 'Title' }).isDisabled(), true);
	await title.getByLabel('Help text').fill('As printed on the front.');
	await page.keyboard.press('Control+s');
	await page.getByRole('dialog').getByText('title is hidden').waitFor();
	await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
	await page
		.getByRole('status')
		.filter({ hasText: /^Saved/ })
		.waitFor({ state: 'attached' });
	const field = (await read('cards')).fields[1];
	assert.deepEqual([field.hidden, field.presentable, field.help], [true, false, 'As printed on the front.']);
	await audit(page);
});

test('a new field comes before the dates at the end, under a name nobody has; a copy stands behind its field', async () => {
	await make({
		name: 'stamps',
		type: 'base',
		fields: [
			{ name: 'text', type: 'text', max: 40 },
			{ name: 'created', type: 'autodate', onCreate: true }
		]
	});
	const page = await dashboard.current.visit('#/collections/stamps/schema');
	await page.getByRole('button', { name: 'New field' }).click();
	await page
		.getByRole('list', { name: 'Kinds of field' })
		.getByRole('button', { name: /^Text / })
		.click();
	await page.waitForFunction(() => {
		const input = document.activeElement;
		return input instanceof HTMLInputElement && input.value === 'text2' && input.selectionEnd === 5;
	});
	await page.getByRole('button', { name: 'Duplicate text', exact: true }).click();
	await save(page);
	assert.deepEqual(
		(await read('stamps')).fields.map((/** @type {any} */ field) => [field.name, field.max]),
		[
			['id', 15],
			['text', 40],
			['text_copy', 40],
			['text2', 0],
			['created', undefined]
		]
	);
	await audit(page);
});

test('domains are only these or all but these, never both', async () => {
	await make({ name: 'letters', type: 'base', fields: [{ name: 'sender', type: 'email' }] });
	const page = await dashboard.current.visit('#/collections/letters/schema');
	await page.getByRole('button', { name: 'Options of sender' }).click();
	await page.getByLabel('All but these domains').fill('spam.example, junk.example');
	await page.getByLabel('All but these domains').press('Enter');
	assert.equal(await page.getByRole('textbox', { name: 'Only these domains' }).isDisabled(), true);
	await save(page);
	assert.deepEqual((await read('letters')).fields[1].exceptDomains, ['spam.example', 'junk.example']);
	await audit(page);
});

test('an index follows its field to another name, is unique or not, holds for some records only, and goes', async () => {
	await make({
		name: 'plates',
		type: 'base',
		fields: [
			{ name: 'town', type: 'text' },
			{ name: 'number', type: 'text' }
		],
		indexes: ['CREATE INDEX `idx_plates_number` ON `plates` (`number`)', 'CREATE INDEX `idx_plates_town` ON `plates` (`town`)']
	});
	const page = await dashboard.current.visit('#/collections/plates/schema');
	await page.getByRole('textbox', { name: 'Name of the field' }).nth(2).fill('sign');
	await page.getByRole('link', { name: 'Indexes' }).click();
	await page.getByRole('button', { name: 'Edit the index idx_plates_number' }).click();
	await page.getByRole('button', { name: '1 sign', pressed: true }).waitFor();
	await page.getByRole('checkbox', { name: 'Unique' }).check();
	await page.getByLabel('Only records where').fill("sign != ''");
	await page.getByRole('button', { name: 'Remove the index idx_plates_town' }).click();
	await page.keyboard.press('Control+s');
	await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
	await page
		.getByRole('status')
		.filter({ hasText: /^Saved/ })
		.waitFor({ state: 'attached' });
	assert.deepEqual((await read('plates')).indexes, ["CREATE UNIQUE INDEX `idx_plates_number` ON `plates` (`sign`) WHERE sign != ''"]);
	await page.getByText('unique', { exact: true }).waitFor();
	await audit(page);
});

test('each service has the form it needs: a tenant, a region, a secret to be made, addresses and keys', async () => {
	await make({ name: 'guests', type: 'auth', fields: [{ name: 'full', type: 'text' }] });
	const page = await dashboard.current.visit('#/collections/guests/schema?tab=signin');
	await page.getByRole('switch', { name: 'Other services' }).check();
	/** @param {string} sought @param {string} name */
	const add = async (sought, name) => {
		await page.getByRole('button', { name: 'Add a service' }).click();
		await page.getByLabel('Find a service').fill(sought);
		await page.getByRole('dialog').getByRole('button', { name }).first().click();
		await page.getByLabel('Client id').fill(`${sought}-id`);
		await page.getByLabel('Client secret', { exact: true }).fill('secret');
	};
	await add('microsoft', 'Microsoft');
	await page.getByLabel('Tenant').fill('acme.example');
	await page.getByLabel('Address from').selectOption('ID token: email, if its domain is proven');
	await add('lark', 'Lark');
	await page.getByLabel('Region').selectOption('Elsewhere (Lark)');
	await add('oidc', 'OIDC');
	await page.getByLabel('Shown as').fill('Our own');
	await page.getByLabel('Address to sign in').fill('https://id.example/authorize');
	await page.getByLabel('Address of tokens').fill('https://id.example/token');
	await page.getByLabel('Keys (JWKS)').fill('https://id.example/jwks.json');
	await page.getByLabel('Issuers').fill('https://id.example');
	await page.getByLabel('PKCE').selectOption('On');
	await page.getByText('What a new account takes over').click();
	await page.getByLabel('Full name into').selectOption('full');
	await save(page);
	const { oauth2 } = await read('guests');
	const [microsoft, lark, oidc] = oauth2.providers;
	assert.equal(microsoft.authURL, 'https://login.microsoftonline.com/acme.example/oauth2/v2.0/authorize');
	assert.equal(microsoft.tokenURL, 'https://login.microsoftonline.com/acme.example/oauth2/v2.0/token');
	assert.equal(microsoft.extra.idTokenEmailClaim, 'email_and_xms_edov');
	assert.equal(lark.userInfoURL, 'https://open.larksuite.com/open-apis/authen/v1/user_info');
	assert.deepEqual(
		[oidc.displayName, oidc.pkce, oidc.extra.jwksURL, oidc.extra.issuers],
		['Our own', true, 'https://id.example/jwks.json', ['https://id.example']]
	);
	assert.equal(oauth2.mappedFields.name, 'full');

	await add('apple', 'Apple');
	await page.getByText('Make the client secret').click();
	await page.route('**/api/settings/apple/generate-client-secret', (route) => route.fulfill({ json: { secret: 'signed-by-apple' } }));
	await page.getByLabel('Team id').fill('TEAM123456');
	await page.getByLabel('Key id').fill('KEY1234567');
	await page.getByLabel('Private key').fill('-----BEGIN PRIVATE KEY-----');
	await page.getByRole('button', { name: 'Make and fill in' }).click();
	await page.waitForFunction(() =>
		[...document.querySelectorAll('input')].some((input) => input.type === 'password' && input.value === 'signed-by-apple')
	);
	await page.getByRole('button', { name: 'Remove Microsoft' }).click();
	await page.getByRole('button', { name: 'Remove Microsoft' }).waitFor({ state: 'detached' });
	await audit(page);
});

test('who is asked for a second factor is a rule like the others, with names completed', async () => {
	await make({ name: 'staff', type: 'auth', fields: [{ name: 'remote', type: 'bool' }] });
	const page = await dashboard.current.visit('#/collections/staff/schema?tab=signin');
	await page.getByRole('switch', { name: 'One-time code' }).check();
	await page.getByRole('switch', { name: 'Two factors' }).check();
	await page.getByRole('link', { name: 'Rules' }).click();
	await page.getByRole('radiogroup', { name: 'Who may: Second factor' }).getByRole('radio', { name: 'Expression' }).check();
	await page.getByRole('textbox', { name: 'Second factor, expression' }).waitFor();
	await page.locator('.cm-content:focus').waitFor();
	await page.keyboard.type('remo');
	await page.getByRole('option', { name: /remote/ }).waitFor();
	await page.keyboard.press('Tab');
	await page.keyboard.type(' = true');
	await save(page);
	assert.deepEqual((await read('staff')).mfa.rule, 'remote = true');
	await audit(page);
});

test('the definition of a collection is copied as JSON', async () => {
	const page = await dashboard.current.visit('#/collections/brands/schema');
	await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
	await page.getByRole('button', { name: 'More about brands' }).click();
	await page.getByRole('button', { name: 'Copy as JSON' }).click();
	await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor({ state: 'attached' });
	const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
	assert.equal(copied.name, 'brands');
	assert.ok(copied.fields.length > 3);
	await audit(page);
});
