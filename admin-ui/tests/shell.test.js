import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit, phone, superuser, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

test('the sidebar finds collections by part of their name, and Enter opens the first', async () => {
	const page = await dashboard.current.visit('#/collections');
	const sidebar = page.getByRole('navigation', { name: 'Collections' });
	await sidebar.getByRole('link', { name: 'products' }).waitFor();
	await sidebar.getByRole('searchbox', { name: 'Find a collection' }).click();
	await page.keyboard.type('prod');
	await sidebar.getByRole('link', { name: 'orders', exact: true }).waitFor({ state: 'detached' });
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'products', level: 1 }).waitFor();
	await sidebar.locator('a[aria-current=page]', { hasText: 'products' }).waitFor();
	await audit(page);
});

test('system collections stay folded until wanted', async () => {
	const page = await dashboard.current.visit('#/collections');
	const group = page.getByRole('button', { name: 'System' });
	await group.waitFor();
	assert.equal(await group.getAttribute('aria-expanded'), 'false');
	await group.click();
	await page.getByRole('link', { name: '_superusers' }).waitFor();
	await page.reload();
	await page.getByRole('link', { name: '_superusers' }).waitFor();
	await audit(page);
});

test('the overview counts records and shows who may do what', async () => {
	const page = await dashboard.current.visit('#/collections');
	const line = page
		.getByRole('main')
		.getByRole('listitem')
		.filter({ has: page.getByRole('link', { name: 'products', exact: true }) });
	await line.filter({ hasText: /Base\s*60\s/ }).waitFor();
	await page.getByTitle('Create: everyone (guests too)').first().waitFor();
	await page.getByLabel('System collections').check();
	await page.getByRole('main').getByRole('link', { name: '_otps' }).waitFor();
	await audit(page);
});

test('a chosen theme holds against the system and through a reload', async () => {
	const page = await dashboard.current.visit('#/collections');
	await page.getByRole('radio', { name: 'Dark' }).check();
	await page.reload();
	await page.getByRole('radio', { name: 'Dark' }).waitFor();
	assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), 'dark');
	await page.getByRole('radio', { name: 'As the system' }).check();
	assert.equal(await page.evaluate(() => localStorage.getItem('cratebase.theme')), null);
	await audit(page);
});

test('on a phone the collections come from the side and go with Esc', async () => {
	const page = await dashboard.current.visit('#/collections', { viewport: phone });
	const menu = page.getByRole('button', { name: 'Collections' });
	await menu.click();
	const drawer = page.getByRole('dialog', { name: 'Collections' });
	await drawer.getByRole('link', { name: 'orders', exact: true }).waitFor();
	await page.keyboard.press('Escape');
	await drawer.waitFor({ state: 'hidden' });
	await menu.click();
	await drawer.getByRole('link', { name: 'orders', exact: true }).click();
	await page.getByRole('heading', { name: 'orders' }).waitFor();
	await drawer.waitFor({ state: 'hidden' });
	await audit(page);
});

test('? lists the keys', async () => {
	const page = await dashboard.current.visit('#/collections');
	await page.getByRole('heading', { name: 'Collections', level: 1 }).waitFor();
	await page.keyboard.press('?');
	await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
	await audit(page);
});

test('an address that leads nowhere is told so kindly', async () => {
	const page = await dashboard.current.visit('#/no/such/screen');
	await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
	await audit(page);
});

test('a collection that is not there is told so kindly', async () => {
	const page = await dashboard.current.visit('#/collections/nothing');
	await page.getByRole('heading', { name: 'There is no collection “nothing”' }).waitFor();
	await audit(page);
});

test('a server that does not answer is told so, with another try', async () => {
	const page = await dashboard.current.visit('#/login', { guest: false });
	await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
	await page.route('**/api/collections/orders/records*', (route) => route.abort());
	await page.getByRole('navigation', { name: 'Collections' }).getByRole('link', { name: 'orders', exact: true }).click();
	await page.getByText('The server does not answer.').waitFor();
	await page.unrouteAll();
	await page.getByRole('button', { name: 'Try again' }).click();
	await page.getByRole('columnheader', { name: 'customer' }).waitFor();
	await audit(page);
});

test('the diagram shows the collections and leads to each', async () => {
	const page = await dashboard.current.visit('#/collections');
	await page.getByRole('link', { name: 'Diagram' }).click();
	const diagram = page.getByRole('region', { name: 'Diagram of the collections' });
	await diagram.getByRole('heading', { name: 'order_totals' }).waitFor();
	// orders → customers and products, products → brands, and what the view reads.
	assert.equal(await diagram.locator('.lines path').count(), 4);
	await page.getByLabel('System collections').check();
	await diagram.getByRole('heading', { name: '_otps' }).waitFor();
	await page.getByRole('button', { name: 'Smaller' }).click();
	await page.getByText('80 %').waitFor();
	await diagram.getByRole('link', { name: 'brands' }).focus();
	assert.equal(await diagram.locator('.lines path.lit').count(), 1);
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'Schema of brands', level: 1 }).waitFor();
	await page.goBack();
	await diagram.getByRole('heading', { name: 'brands' }).waitFor();
	await audit(page);
});

test('the sidebar is as wide as one likes: dragged, by keys, and as at first again', async () => {
	const page = await dashboard.current.visit('#/collections');
	const edge = page.getByRole('separator', { name: 'Width of the sidebar' });
	const now = async () => Number(await edge.getAttribute('aria-valuenow'));
	assert.equal(await now(), 248);
	await edge.press('ArrowRight');
	await edge.press('ArrowRight');
	assert.equal(await now(), 280);
	const box = await edge.boundingBox();
	assert.ok(box);
	await page.mouse.move(box.x + 4, 300);
	await page.mouse.down();
	await page.mouse.move(box.x + 64, 320, { steps: 4 });
	await page.mouse.up();
	assert.equal(await now(), 340);
	await page.reload();
	await edge.waitFor();
	assert.equal(await page.getByRole('complementary', { name: 'Sidebar' }).evaluate((side) => side.getBoundingClientRect().width), 340);
	await edge.press('End');
	assert.equal(await now(), 480);
	await edge.dblclick();
	assert.equal(await now(), 248);
	await audit(page);
});

test('a drawer is as wide as one likes, and the next one too', async () => {
	const page = await dashboard.current.visit('#/collections/brands?create=new');
	const edge = page.getByRole('separator', { name: 'Width of the drawer' });
	const before = Number(await edge.getAttribute('aria-valuenow'));
	await edge.press('ArrowLeft');
	await page.reload();
	await page.getByRole('dialog').getByRole('textbox').first().waitFor();
	assert.equal(Number(await edge.getAttribute('aria-valuenow')), before + 16);
	await audit(page);
});

test('one kind of rule is read across all collections, and the address says which', async () => {
	const page = await dashboard.current.visit('#/collections');
	await page.getByRole('main').getByRole('navigation', { name: 'Show as' }).getByRole('link', { name: 'Rules' }).click();
	const line = (/** @type {string} */ name) =>
		page
			.getByRole('main')
			.getByRole('listitem')
			.filter({ has: page.getByRole('link', { name, exact: true }) });
	await line('orders').getByText("@request.auth.id != '' && customer = @request.auth.id").waitFor();
	await line('products').getByText('Everyone').waitFor();
	await line('wishlists').getByText('Superusers only').waitFor();
	await page.getByRole('radio', { name: 'Sign in' }).check();
	await line('customers').getByText('Every account, without a further condition').waitFor();
	await line('orders').waitFor({ state: 'detached' });
	await page.reload();
	await page.getByRole('radio', { name: 'Second factor' }).check();
	await line('customers').getByText('Off').waitFor();
	await page.getByRole('link', { name: 'customers' }).last().click();
	await page.getByRole('heading', { name: 'Schema of customers', level: 1 }).waitFor();
	await page.goBack();
	await line('customers').getByText('Off').waitFor();
	await audit(page);
});

test('from a dozen collections on the sidebar stands closer', async () => {
	const page = await dashboard.current.visit('#/collections');
	const height = () =>
		page
			.getByRole('navigation', { name: 'Collections' })
			.getByRole('link', { name: 'orders', exact: true })
			.evaluate((link) => link.getBoundingClientRect().height);
	assert.equal(await height(), 30);
	await page.route('**/api/collections?*', async (route) => {
		const answer = await (await route.fetch()).json();
		const [some] = answer.items.filter((/** @type {any} */ one) => !one.system);
		const more = Array.from({ length: 12 }, (_, i) => ({ ...some, id: `more${i}`, name: `more${i}` }));
		await route.fulfill({ json: { ...answer, items: [...answer.items, ...more] } });
	});
	await page.reload();
	await page.getByRole('navigation', { name: 'Collections' }).getByRole('link', { name: 'more11' }).waitFor();
	assert.equal(await height(), 26);
	await page.unrouteAll({ behavior: 'ignoreErrors' });
	await audit(page);
});

test('bookmarks of the protocol’s other dashboards lead where those things are here', async () => {
	const page = await dashboard.current.visit('#/settings/sql');
	await page.waitForURL((url) => url.hash === '#/sql');
	await page.goto(page.url().replace(/#.*/, '#/settings/import-collections'));
	await page.waitForURL((url) => url.hash === '#/settings/import');
	await page.goto(page.url().replace(/#.*/, '#/settings/export-collections'));
	await page.waitForURL((url) => url.hash === '#/settings/export');
	await page.goto(page.url().replace(/#.*/, '#/settings/sql'));
	await page.getByRole('main').locator('.cm-content').waitFor();
	await audit(page);
});

test('the same news twice is one message', async () => {
	const page = await dashboard.current.visit('#/collections?view=diagram');
	const news = page.getByRole('region', { name: 'News' });
	await page.getByRole('button', { name: 'Save as a picture' }).waitFor();
	// A picture that cannot be made says so each time it is asked for.
	await page.evaluate(() => {
		HTMLCanvasElement.prototype.getContext = () => {
			throw new Error('No ink.');
		};
	});
	for (let i = 0; i < 2; i++) {
		await page.getByRole('button', { name: 'Save as a picture' }).click();
		await page.getByRole('button', { name: 'PNG' }).click();
		await news.getByText('The picture could not be made.').first().waitFor();
	}
	assert.equal(await news.getByText('The picture could not be made.').count(), 1);
	await audit(page);
});

test('Ctrl+A in a sample chooses the sample, Ctrl+L and Ctrl+D in code the line and the word', async () => {
	const page = await dashboard.current.visit('#/collections/orders/api');
	const sample = page.getByRole('region', { name: 'Sample', exact: true });
	await sample.press('Control+a');
	assert.equal(await page.evaluate(() => getSelection()?.toString().trim()), (await sample.innerText()).trim());
	await page.goto(page.url().replace(/#.*/, '#/sql'));
	const code = page.locator('.cm-content');
	await code.click();
	await page.keyboard.type('SELECT one');
	await page.keyboard.press('Control+d');
	await page.keyboard.type('two');
	await code.getByText('SELECT two').waitFor();
	await page.keyboard.press('Control+l');
	await page.keyboard.type('1');
	await page.waitForFunction(() => document.querySelector('.cm-content')?.textContent === '1');
	await audit(page);
});

test('collections are found by their id and their type too; spaces do not matter', async () => {
	const page = await dashboard.current.visit('#/collections');
	const sidebar = page.getByRole('navigation', { name: 'Collections' });
	const box = sidebar.getByRole('searchbox', { name: 'Find a collection' });
	const { id } = await dashboard.current.api.send('GET', '/api/collections/orders');
	await box.fill(id);
	await sidebar.getByRole('link', { name: 'products' }).waitFor({ state: 'detached' });
	await sidebar.getByRole('link', { name: 'orders', exact: true }).waitFor();
	await box.fill('order _ tot');
	await sidebar.getByRole('link', { name: 'order_totals' }).waitFor();
	await box.fill('auth');
	await sidebar.getByRole('link', { name: 'customers' }).waitFor();
	await sidebar.getByRole('button', { name: 'Clear' }).click();
	await sidebar.getByRole('link', { name: 'products' }).waitFor();
	await audit(page);
});

test('a collection that wants services to sign in with, and has none, is marked at the side', async () => {
	await dashboard.current.api.send('PATCH', '/api/collections/customers', { oauth2: { enabled: true } });
	const page = await dashboard.current.visit('#/collections');
	await page
		.getByRole('navigation', { name: 'Collections' })
		.getByRole('link', { name: /customers\s*, needs a service to sign in with/ })
		.waitFor();
	await dashboard.current.api.send('PATCH', '/api/collections/customers', { oauth2: { enabled: false } });
	await audit(page);
});

test('drawers lie one over the other, and close by button, by Esc and by a press beside; what is unsaved is asked about', async () => {
	const page = await dashboard.current.visit('#/collections/products?create=new');
	const form = page.getByRole('dialog', { name: 'New record in products' });
	const typed = form.getByRole('textbox', { name: /^name/ });
	await typed.fill('Stool');
	await form.getByRole('button', { name: 'Choose from brands' }).click();
	const picker = page.getByRole('dialog', { name: 'Choose from brands' });
	await picker.waitFor();
	await page.keyboard.press('Escape');
	await picker.waitFor({ state: 'hidden' });
	assert.equal(await typed.inputValue(), 'Stool');
	// Beside the drawer, on the dimmed page.
	await page.mouse.click(60, 400);
	await page.getByRole('dialog', { name: 'Leave with unsaved changes?' }).getByRole('button', { name: 'Discard' }).click();
	await form.waitFor({ state: 'hidden' });
	await page.keyboard.press('n');
	await form.waitFor();
	await page.mouse.click(60, 400);
	await form.waitFor({ state: 'hidden' });
	await page.keyboard.press('n');
	await form.getByRole('button', { name: 'Close' }).click();
	await form.waitFor({ state: 'hidden' });
	await audit(page);
});

test('signing in in one tab reaches the others', async () => {
	const page = await dashboard.current.visit('#/collections/orders', { guest: true });
	await page.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor();
	const other = await page.context().newPage();
	await other.goto(page.url().replace(/#.*/, '#/login'));
	await other.getByLabel('Email').fill(superuser.email);
	await other.getByLabel('Password', { exact: true }).fill(superuser.password);
	await other.getByRole('button', { name: 'Sign in' }).click();
	await other.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
	await page.getByRole('navigation', { name: 'Collections' }).getByRole('link', { name: 'orders', exact: true }).waitFor();
	await other.close();
	await audit(page);
});
