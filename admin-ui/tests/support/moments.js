/** @typedef {import('playwright-core').Page} Page */

/** The first record, in the table or as a card. @param {Page} page */
const first = (page) => page.locator('tbody a[data-row], .scroll li > a').first();
/** @param {Page} page */
const open = async (page) => {
	await first(page).click();
	await page.locator('dialog [role=tab]').first().waitFor();
};
/** @param {Page} page @param {number} n */
const choose = (page, n) => page.locator('tbody input[type=checkbox], .scroll li input[type=checkbox]').nth(n).click();
/** A button by its English name. @param {Page} page @param {string | RegExp} name */
const press = (page, name) => page.getByRole('button', { name }).first().click();

/**
 * What lies over a screen, or what a screen is like when something is wrong: a screen, and what is done on it. In the order in which they
 * are taken, as some leave things behind.
 *
 * @type {{ name: string, hash: string, act: (page: Page) => Promise<unknown> }[]}
 */
export const MOMENTS = [
	{ name: 'record', hash: '#/collections/products', act: open },
	{
		name: 'record-read',
		hash: '#/collections/products',
		act: async (page) => {
			await open(page);
			await page.getByRole('tab', { name: 'Read' }).click();
		}
	},
	{
		name: 'record-history',
		hash: '#/collections/products',
		act: async (page) => {
			await open(page);
			await page.getByRole('tab', { name: 'History' }).click();
			await page.getByRole('article').first().waitFor();
		}
	},
	{
		name: 'record-account',
		hash: '#/collections/customers',
		act: async (page) => {
			await open(page);
			await page.getByRole('tab', { name: 'Account' }).click();
			await press(page, /token/i);
		}
	},
	{
		name: 'record-menu',
		hash: '#/collections/products',
		act: async (page) => {
			await open(page);
			await page.getByRole('dialog').getByRole('button', { name: 'More', exact: true }).click();
		}
	},
	{
		name: 'record-missing',
		hash: '#/collections/products?record=nothing',
		act: (page) => page.getByText('There is no such record').waitFor()
	},
	{
		name: 'record-conflict',
		hash: '#/collections/brands',
		act: async (page) => {
			await open(page);
			await page.locator('[data-field=name] textarea').fill('Mine');
			const id = new URLSearchParams(page.url().split('?')[1]).get('record');
			await page.evaluate(async (id) => {
				const { token } = JSON.parse(localStorage.getItem('cratebase.session') ?? '{}');
				const address = `/api/collections/brands/records/${id}`;
				await fetch(address, {
					method: 'PATCH',
					headers: { Authorization: token, 'Content-Type': 'application/json' },
					body: JSON.stringify({ name: `Theirs ${Date.now()}` })
				});
			}, id);
			await page.getByText('Somebody else changed this').waitFor();
		}
	},
	{
		name: 'leaving',
		hash: '#/collections/products?create=new',
		act: async (page) => {
			await page.locator('[data-field=name] textarea').fill('Lamp');
			await page.keyboard.press('Escape');
		}
	},
	{ name: 'relation-picker', hash: '#/collections/orders?create=new', act: (page) => press(page, /Choose from products/) },
	{
		name: 'file',
		hash: `#/collections/products?filter=${encodeURIComponent('photos:length > 2')}`,
		act: async (page) => {
			await open(page);
			await press(page, /^Look at photo/);
		}
	},
	{ name: 'filter-by-value', hash: '#/collections/products', act: async (page) => (await first(page).focus(), page.keyboard.press('f')) },
	{
		name: 'filter-builder',
		hash: `#/collections/products?filter=${encodeURIComponent("price > 10 && (in_stock = true || tags ?= 'oak')")}`,
		act: (page) => press(page, /conditions/)
	},
	{ name: 'filter-help', hash: '#/collections/products', act: (page) => press(page, 'How to filter') },
	{
		name: 'filter-wrong',
		hash: '#/collections/products?filter=nope%20%3D%201',
		act: (page) => page.getByText('The filter was not accepted').waitFor()
	},
	{
		name: 'filter-nothing',
		hash: '#/collections/products?filter=price%20%3E%20100000',
		act: (page) => page.getByText('No record passes').waitFor()
	},
	{ name: 'saved-views', hash: '#/collections/products?filter=price%20%3E%20100', act: (page) => press(page, /^Views/) },
	{ name: 'columns', hash: '#/collections/products', act: (page) => press(page, 'Columns') },
	{ name: 'selected', hash: '#/collections/products', act: (page) => choose(page, 1) },
	{
		name: 'bulk-edit',
		hash: '#/collections/products',
		act: async (page) => (await choose(page, 1), page.getByRole('button', { name: 'Set a field' }).last().click())
	},
	{
		name: 'delete-undo',
		hash: '#/collections/products',
		act: async (page) => {
			await choose(page, 1);
			await page.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click();
			await page.getByRole('button', { name: 'Undo' }).click({ trial: true });
		}
	},
	{ name: 'export', hash: '#/collections/products', act: (page) => press(page, /^Export/) },
	{ name: 'empty', hash: '#/collections/wishlists', act: (page) => page.getByText('No records yet').waitFor() },
	{
		name: 'unreachable',
		hash: '#/collections/brands',
		act: async (page) => {
			await page.route('**/records?**', (route) => route.fulfill({ status: 503, json: { status: 503, message: 'Later.', data: {} } }));
			await page.reload();
			await page.getByRole('button', { name: 'Try again' }).waitFor();
			await page.unroute('**/records?**');
		}
	},
	{
		name: 'import-mapped',
		hash: '#/collections/products/import',
		act: (page) =>
			page.locator('input[type=file]').setInputFiles({
				name: 'goods.csv',
				mimeType: 'text/csv',
				buffer: Buffer.from('name,price,tags,since\nLamp,12,"new,oak",2026\nChair,x,,\n')
			})
	},
	{
		name: 'schema-review',
		hash: '#/collections/products/schema',
		act: async (page) => {
			await page.getByRole('list', { name: 'Fields' }).getByRole('textbox').nth(1).fill('title');
			await page.getByRole('button', { name: 'Remove price' }).click();
			await press(page, 'Save');
		}
	},
	{ name: 'new-field', hash: '#/collections/products/schema', act: (page) => press(page, 'New field') },
	{ name: 'field', hash: '#/collections/products/schema', act: (page) => press(page, 'Options of tags') },
	{
		name: 'choice-renamed',
		hash: '#/collections/products/schema',
		act: async (page) => {
			await press(page, 'Options of tags');
			await page
				.getByRole('textbox', { name: /^Name of the choice/ })
				.first()
				.fill('brand new');
			await press(page, 'Save');
			await page.getByRole('checkbox', { name: /^Write the new name/ }).waitFor();
		}
	},
	{
		name: 'new-target',
		hash: '#/collections/products/schema',
		act: async (page) => {
			await press(page, 'New field');
			await press(page, /^Relation /);
			await page.getByRole('combobox', { name: 'Points at' }).fill('shelves');
			await page.getByText('New collection…').click();
			await page.getByRole('dialog').waitFor();
		}
	},
	{
		name: 'media-picker',
		hash: '#/collections/products',
		act: async (page) => {
			await open(page);
			await press(page, 'Picture or file');
			await page.getByLabel('Files of').selectOption('products');
			await page.getByRole('dialog', { name: 'Picture or file' }).locator('li button').first().click();
		}
	},
	{
		name: 'sign-in-code',
		hash: '#/',
		act: async (page) => {
			await page.route('**/auth-with-password', (route) => route.fulfill({ status: 401, json: { mfaId: 'mfa000000000001' } }));
			await page.route('**/request-otp', (route) => route.fulfill({ json: { otpId: 'otp000000000001' } }));
			await press(page, 'Account');
			await press(page, 'Sign out');
			await page.getByLabel('Email').fill('kim@example.com');
			await page.getByLabel('Password', { exact: true }).fill('correct-horse-9');
			await page.keyboard.press('Enter');
			await page.getByText(/^Step 2/).waitFor();
		}
	},
	{
		name: 'delete-collection',
		hash: '#/collections/orders/schema',
		act: async (page) => (
			await page
				.getByRole('button', { name: /^More about/ })
				.last()
				.click(),
			press(page, /^Delete/)
		)
	},
	{
		name: 'rule-trial',
		hash: '#/collections/orders/schema?tab=rules',
		act: (page) => page.getByText('Choose the record it is about.').scrollIntoViewIfNeeded()
	},
	{ name: 'new-index', hash: '#/collections/customers/schema?tab=indexes', act: (page) => press(page, 'New index') },
	{ name: 'shortcuts', hash: '#/collections/products', act: (page) => page.keyboard.press('?') },
	{
		name: 'palette',
		hash: '#/collections/products',
		act: async (page) => (await page.keyboard.press('Control+k'), page.keyboard.type('or'))
	}
];
