import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

test('every topic has samples', async () => {
	const page = await dashboard.current.visit('#/collections/orders/api');
	for (const title of ['List and search', 'View', 'Create', 'Update', 'Delete', 'Realtime', 'Batch']) {
		await page.getByRole('navigation', { name: 'Topics' }).getByRole('link', { name: title }).click();
		await page.getByRole('heading', { name: title, level: 1 }).waitFor();
		assert.match(await page.getByRole('region', { name: 'Sample', exact: true }).innerText(), /pb\./);
	}
	const sample = () => page.getByRole('region', { name: 'Sample', exact: true }).innerText();
	await page.getByRole('radio', { name: 'curl' }).check();
	assert.match(await sample(), /curl -X POST/);
	await page.getByRole('radio', { name: 'Dart' }).check();
	assert.match(await sample(), /^import 'package:pocketbase/);
	await page.getByRole('radio', { name: 'Cratebase' }).check();
	assert.match(await sample(), /cb\.createBatch/);
	await audit(page);
});

test('a list is tried as a guest and as a superuser', async () => {
	const page = await dashboard.current.visit('#/collections/orders/api?topic=list');
	await page.getByRole('button', { name: 'Ask' }).click();
	const answer = page.getByRole('region', { name: 'What the server answered' });
	await answer.getByText('"totalItems": 0').waitFor();
	await page.getByRole('radio', { name: 'As a superuser' }).check();
	await page.getByLabel('filter', { exact: true }).fill("status = 'paid'");
	await page.getByRole('button', { name: 'Ask' }).click();
	await answer.getByText('"status": "paid"').first().waitFor();
	await page.getByLabel('filter', { exact: true }).fill('nothing = 1');
	await page.getByRole('button', { name: 'Ask' }).click();
	await answer.getByText('"status": 400').waitFor();
	await audit(page);
});

test('accounts have their own topics; what is off says so', async () => {
	const page = await dashboard.current.visit('#/collections/customers/api?topic=auth-otp');
	await page.getByText('Signing in with a one-time code is off').waitFor();
	await page.getByRole('link', { name: 'Ways to sign in' }).click();
	await page.getByRole('button', { name: 'Ask' }).click();
	await page.getByRole('region', { name: 'What the server answered' }).getByText('"identityFields"').waitFor();
	await audit(page);
});

test('the curl sample of a list runs as it stands', async () => {
	const page = await dashboard.current.visit('#/collections/products/api?topic=list');
	await page.getByRole('radio', { name: 'curl' }).check();
	const sample = await page.getByRole('region', { name: 'Sample', exact: true }).innerText();
	const address = /curl '([^']+)'/.exec(sample)?.[1] ?? '';
	const answer = await fetch(address);
	assert.equal(answer.status, 200);
	assert.ok((await answer.json()).totalItems > 0);
	await audit(page);
});

test('a list is tried as one of the accounts: what its rule lets them see', async () => {
	const { items } = await dashboard.current.api.send(
		'GET',
		`/api/collections/customers/records?perPage=1&filter=${encodeURIComponent("email = 'customer7@example.com'")}`
	);
	const { totalItems } = await dashboard.current.api.send(
		'GET',
		`/api/collections/orders/records?filter=${encodeURIComponent(`customer = '${items[0].id}'`)}`
	);
	const page = await dashboard.current.visit('#/collections/orders/api?topic=list');
	await page.getByRole('radio', { name: 'As an account' }).check();
	await page.getByLabel('Accounts of').selectOption('customers');
	await page.getByLabel('Address or id').fill('customer7@example.com');
	await page.getByRole('button', { name: 'Ask' }).click();
	const answer = page.getByRole('region', { name: 'What the server answered' });
	await answer.getByText(`"totalItems": ${totalItems},`).waitFor();
	assert.ok(totalItems > 0 && totalItems < 30);
	await page.getByLabel('Address or id').fill('nobody@example.com');
	await page.getByRole('button', { name: 'Ask' }).click();
	await answer.getByText('There is no account nobody@example.com in customers.').waitFor();
	await audit(page);
});
