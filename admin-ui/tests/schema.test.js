import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { audit, phone, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();
/** @type {string[]} */
const made = [];

/** A collection of this spec's own, deleted at the end. @param {any} collection */
async function make(collection) {
	made.push(collection.name);
	return dashboard.current.api.send('POST', '/api/collections', collection);
}

/** @param {string} name */
const read = (name) => dashboard.current.api.send('GET', `/api/collections/${name}`);

after(async () => {
	for (const name of made.reverse()) await dashboard.current.api.send('DELETE', `/api/collections/${name}`).catch(() => {});
});

/** @param {import('playwright-core').Page} page @param {string} kind @param {string} name */
async function addField(page, kind, name) {
	await page.getByRole('button', { name: 'New field' }).click();
	await page
		.getByRole('list', { name: 'Kinds of field' })
		.getByRole('button', { name: new RegExp(`^${kind} `) })
		.click();
	// The new field's name has the focus and is selected: typing names it.
	await page.keyboard.type(name);
}

/** Saves and waits until the server has it. @param {import('playwright-core').Page} page */
async function save(page) {
	await page.keyboard.press('Control+s');
	await page
		.getByRole('status')
		.filter({ hasText: /^Saved/ })
		.waitFor({ state: 'attached' });
}

test('a collection is made: name, fields of several kinds, options', async () => {
	const page = await dashboard.current.visit('#/collections');
	await page.getByRole('navigation', { name: 'Collections' }).getByRole('link', { name: 'New collection' }).click();
	made.push('pets');
	await page.getByRole('textbox', { name: 'Name of the collection' }).fill('pets');
	await addField(page, 'Text', 'nick name');
	await addField(page, 'Choice', 'mood');
	const choices = page.getByRole('textbox', { name: 'Choices' });
	await choices.fill('calm');
	await choices.press('Enter');
	await choices.fill('wild, sleepy');
	await choices.press('Enter');
	await page.getByLabel('How many').selectOption('many');
	await page.getByLabel('At most').fill('2');
	await addField(page, 'Relation', 'owner');
	await page.getByLabel('Points at').fill('custom');
	await page.keyboard.press('Enter');
	await page.getByRole('button', { name: 'Options of nick_name' }).click();
	await page.getByRole('checkbox', { name: 'Required' }).first().check();
	await page.getByRole('button', { name: 'Create', exact: true }).click();
	await page.getByRole('heading', { name: 'No records yet' }).waitFor();
	const { fields } = await read('pets');
	assert.deepEqual(
		fields.map((/** @type {any} */ field) => field.name),
		['id', 'nick_name', 'mood', 'owner', 'created', 'updated']
	);
	assert.equal(fields[1].required, true);
	assert.deepEqual(fields[2].values, ['calm', 'wild', 'sleepy']);
	assert.equal(fields[2].maxSelect, 2);
	assert.equal(fields[3].collectionId, (await read('customers')).id);
	await audit(page);
});

test('a relation finds its target by a part of the name, or makes the collection it is to lead to', async () => {
	await make({ name: 'toys', type: 'base' });
	made.push('toy_boxes');
	const page = await dashboard.current.visit('#/collections/toys/schema');
	await addField(page, 'Relation', 'box');
	const target = page.getByRole('combobox', { name: 'Points at' });
	await target.fill('toy boxes');
	await page.getByRole('option', { name: 'New collection…' }).waitFor();
	await page.keyboard.press('Enter');
	const dialog = page.getByRole('dialog', { name: 'New collection' });
	assert.equal(await dialog.getByLabel('Name').inputValue(), 'toy_boxes');
	await page.keyboard.press('Enter');
	await dialog.waitFor({ state: 'hidden' });
	assert.equal(await target.inputValue(), 'toy_boxes');
	// Esc closes the list and nothing else.
	await target.press('ArrowDown');
	await page.getByRole('option', { name: 'customers' }).waitFor();
	await page.keyboard.press('Escape');
	await page.getByRole('option', { name: 'customers' }).waitFor({ state: 'hidden' });
	await save(page);
	assert.equal((await read('toys')).fields[1].collectionId, (await read('toy_boxes')).id);
	await audit(page);
});

test('one or several, and when a date is set, is chosen on the line of the field', async () => {
	await make({
		name: 'quick',
		type: 'base',
		fields: [
			{ name: 'mood', type: 'select', values: ['a', 'b', 'c'], maxSelect: 1 },
			{ name: 'at', type: 'autodate', onCreate: true }
		]
	});
	const page = await dashboard.current.visit('#/collections/quick/schema');
	await page.getByLabel('One or several in mood').selectOption('Several');
	await page.getByLabel('Moment of at').selectOption('Created and changed');
	await page.keyboard.press('Control+s');
	await page.getByText('mood holds a list from now on').waitFor();
	await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
	await page
		.getByRole('status')
		.filter({ hasText: /^Saved/ })
		.waitFor({ state: 'attached' });
	const [, mood, at] = (await read('quick')).fields;
	assert.deepEqual([mood.maxSelect, at.onCreate, at.onUpdate], [3, true, true]);
	await audit(page);
});

test('what somebody else has saved meanwhile is not replaced without asking', async () => {
	await make({ name: 'shared_notes', type: 'base', fields: [{ name: 'title', type: 'text' }] });
	const page = await dashboard.current.visit('#/collections/shared_notes/schema');
	await addField(page, 'Text', 'mine');
	const { fields } = await read('shared_notes');
	await dashboard.current.api.send('PATCH', '/api/collections/shared_notes', { fields: [...fields, { name: 'theirs', type: 'text' }] });
	await page.keyboard.press('Control+s');
	const dialog = page.getByRole('dialog', { name: 'What this save does' });
	await dialog.getByText('Somebody else has saved this collection since you opened it.').waitFor();
	await dialog.getByRole('button', { name: 'Go on editing' }).click();
	await page.getByRole('button', { name: 'Discard' }).click();
	await page.waitForFunction(() =>
		[...document.querySelectorAll('input[aria-label="Name of the field"]')].some(
			(one) => /** @type {HTMLInputElement} */ (one).value === 'theirs'
		)
	);
	await audit(page);
});

test('every kind of field has its options', async () => {
	await make({ name: 'kinds', type: 'base' });
	const page = await dashboard.current.visit('#/collections/kinds/schema');
	const kinds = ['Text', 'Rich text', 'Number', 'Yes or no', 'Email', 'URL', 'Date', 'Automatic date', 'File', 'JSON', 'Place', 'Password'];
	for (const [i, kind] of kinds.entries()) {
		await addField(page, kind, `f${i}`);
		await page.getByRole('button', { name: `Options of f${i}`, exact: true }).click();
	}
	await page.getByLabel('Maximum size').first().fill('2048');
	await page.getByText('In bytes: 2 KB.').waitFor();
	await page.getByLabel('Only these domains').first().fill('example.com');
	await page.getByLabel('Only these domains').first().press('Enter');
	await page.getByLabel('Sizes of thumbnails').fill('100x100');
	await page.getByLabel('Sizes of thumbnails').press('Enter');
	await page.getByRole('button', { name: '+ Images' }).click();
	await page.getByLabel('Not before').fill('2026-01-02T03:04:05');
	await save(page);
	const { fields } = await read('kinds');
	assert.deepEqual(
		fields.slice(1).map((/** @type {any} */ field) => field.type),
		['text', 'editor', 'number', 'bool', 'email', 'url', 'date', 'file', 'json', 'geoPoint', 'password', 'autodate']
	);
	const by = (/** @type {string} */ type) => fields.find((/** @type {any} */ field) => field.type === type);
	assert.equal(by('editor').maxSize, 2048);
	assert.deepEqual(by('email').onlyDomains, ['example.com']);
	assert.deepEqual(by('file').thumbs, ['100x100']);
	assert.ok(by('file').mimeTypes.includes('image/webp'));
	assert.equal(by('date').min, '2026-01-02 02:04:05.000Z');
	await audit(page);
});

test('what a save does to data is shown before it; a rename keeps values, a removal does not', async () => {
	await make({
		name: 'books',
		type: 'base',
		listRule: "title != ''",
		fields: [
			{ name: 'title', type: 'text' },
			{ name: 'note', type: 'text' }
		]
	});
	await dashboard.current.api.create('books', [{ title: 'Dune', note: 'worn' }]);
	const page = await dashboard.current.visit('#/collections/books/schema');
	await page.getByRole('textbox', { name: 'Name of the field' }).nth(1).fill('caption');
	await page.getByText('was title').waitFor();
	await page.getByRole('button', { name: 'Remove note' }).click();
	await page.getByText('will be deleted with its values').waitFor();
	await page.getByRole('button', { name: 'Save' }).click();
	const dialog = page.getByRole('dialog', { name: 'What this save does' });
	await dialog.getByText('The field title is called caption.').waitFor();
	await dialog.getByText('The field note is deleted with its values').waitFor();
	await dialog.getByText('1 record is touched.').waitFor();
	await dialog.getByRole('button', { name: 'Delete values and save' }).click();
	await page
		.getByRole('status')
		.filter({ hasText: /^Saved/ })
		.waitFor({ state: 'attached' });
	const { items } = await dashboard.current.api.send('GET', '/api/collections/books/records');
	assert.equal(items[0].caption, 'Dune');
	assert.equal(items[0].note, undefined);
	assert.equal((await read('books')).listRule, "caption != ''");
	await audit(page);
});

test('nothing is saved from the list of what a save does when one goes on editing', async () => {
	await make({ name: 'plays', type: 'base', fields: [{ name: 'title', type: 'text' }] });
	const page = await dashboard.current.visit('#/collections/plays/schema');
	await page.getByRole('button', { name: 'Remove title' }).click();
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Go on editing' }).click();
	await page.getByRole('button', { name: 'Keep' }).click();
	await page.getByText('Unsaved changes').waitFor({ state: 'detached' });
	assert.equal((await read('plays')).fields.length, 2);
	await audit(page);
});

test('what the server refuses stands at its field, and its tab is marked', async () => {
	await make({ name: 'films', type: 'base', fields: [{ name: 'title', type: 'text' }] });
	const page = await dashboard.current.visit('#/collections/films/schema');
	await addField(page, 'Choice', 'genre');
	await page.getByRole('button', { name: 'Options of genre' }).click();
	await page.keyboard.press('Control+s');
	await page.getByText('Nothing was saved').waitFor();
	const choices = page.getByRole('textbox', { name: 'Choices' });
	await choices.waitFor();
	assert.equal(await choices.getAttribute('aria-invalid'), 'true');
	await page.getByRole('link', { name: /^Fields\s*, something is refused/ }).waitFor();
	await choices.fill('drama');
	await choices.press('Enter');
	await save(page);
	await addField(page, 'Text', 'title');
	await page.keyboard.press('Control+s');
	await page.locator('input[aria-label="Name of the field"][aria-invalid=true]').waitFor();
	await audit(page);
});

test('fields are put in order by keyboard', async () => {
	await make({
		name: 'songs',
		type: 'base',
		fields: [
			{ name: 'one', type: 'text' },
			{ name: 'two', type: 'text' },
			{ name: 'three', type: 'text' }
		]
	});
	const page = await dashboard.current.visit('#/collections/songs/schema');
	await page.getByRole('button', { name: 'Move three', exact: true }).press('ArrowUp');
	await page.getByRole('button', { name: 'Move three', exact: true }).press('ArrowUp');
	await page.getByRole('status').filter({ hasText: 'three, 2 of 4' }).waitFor({ state: 'attached' });
	await save(page);
	assert.deepEqual(
		(await read('songs')).fields.map((/** @type {any} */ field) => field.name),
		['id', 'three', 'one', 'two']
	);
	await audit(page);
});

test('fields are put in order by dragging', async () => {
	await make({
		name: 'tunes',
		type: 'base',
		fields: [
			{ name: 'one', type: 'text' },
			{ name: 'two', type: 'text' }
		]
	});
	const page = await dashboard.current.visit('#/collections/tunes/schema');
	const from = await page.getByRole('button', { name: 'Move two', exact: true }).boundingBox();
	const to = await page.getByRole('button', { name: 'Move one', exact: true }).boundingBox();
	assert.ok(from && to);
	await page.mouse.move(from.x + 5, from.y + from.height / 2);
	await page.mouse.down();
	await page.mouse.move(to.x + 5, to.y + 4, { steps: 8 });
	await page.mouse.up();
	await save(page);
	assert.deepEqual(
		(await read('tunes')).fields.map((/** @type {any} */ field) => field.name),
		['id', 'two', 'one']
	);
	await audit(page);
});

test('leaving with unsaved changes asks first', async () => {
	await make({ name: 'poems', type: 'base', fields: [{ name: 'title', type: 'text' }] });
	const page = await dashboard.current.visit('#/collections/poems/schema');
	await addField(page, 'Text', 'body');
	// Another tab of the same collection is not leaving.
	await page.getByRole('link', { name: 'Indexes' }).click();
	await page.getByRole('button', { name: 'New index' }).waitFor();
	await page.getByRole('link', { name: 'Records', exact: true }).click();
	const dialog = page.getByRole('dialog', { name: 'Leave without saving?' });
	await dialog.getByRole('button', { name: 'Stay' }).click();
	await page.getByText('Unsaved changes').waitFor();
	await page.getByRole('link', { name: 'Records', exact: true }).click();
	await dialog.getByRole('button', { name: 'Leave' }).click();
	await page.getByRole('heading', { name: 'No records yet' }).waitFor();
	assert.equal((await read('poems')).fields.length, 2);
	await audit(page);
});

test('a renamed collection is followed by its address', async () => {
	await make({ name: 'cats', type: 'base', fields: [{ name: 'name', type: 'text' }] });
	made.push('felines');
	const page = await dashboard.current.visit('#/collections/cats/schema?tab=rules');
	await page.getByRole('textbox', { name: 'Name of the collection' }).fill('felines');
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByRole('dialog').getByText('The collection is called felines from now on.').waitFor();
	await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
	await page.waitForURL((url) => url.hash === '#/collections/felines/schema?tab=rules');
	await page.getByRole('heading', { name: 'Schema of felines', level: 1 }).waitFor();
	await page.getByRole('navigation', { name: 'Collections' }).getByRole('link', { name: 'felines' }).waitFor();
	await audit(page);
});

test('a copy has the fields and rules, and a name of its own', async () => {
	await make({
		name: 'birds',
		type: 'base',
		listRule: '',
		fields: [{ name: 'name', type: 'text' }],
		indexes: ['CREATE INDEX `idx_birds_name` ON `birds` (`name`)']
	});
	made.push('birds_copy');
	const page = await dashboard.current.visit('#/collections/birds/schema');
	await page.getByRole('button', { name: 'More about birds' }).click();
	await page.getByRole('link', { name: 'Duplicate' }).click();
	await page.getByRole('button', { name: 'Create', exact: true }).waitFor();
	await page.waitForFunction(
		() => /** @type {HTMLInputElement} */ (document.querySelector('input[aria-label="Name of the collection"]'))?.value === 'birds_copy'
	);
	await page.getByRole('button', { name: 'Create', exact: true }).click();
	await page.getByRole('heading', { name: 'birds_copy', level: 1 }).waitFor();
	const copy = await read('birds_copy');
	assert.equal(copy.listRule, '');
	assert.match(copy.indexes[0], /idx_birds_copy_name/);
	await audit(page);
});

test('emptying and deleting want the name typed', async () => {
	await make({ name: 'fish', type: 'base', fields: [{ name: 'name', type: 'text' }] });
	await dashboard.current.api.create('fish', [{ name: 'a' }, { name: 'b' }]);
	const page = await dashboard.current.visit('#/collections/fish/schema');
	await page.getByRole('button', { name: 'More about fish' }).click();
	await page.getByRole('button', { name: 'Delete all records…' }).click();
	const press = page.getByRole('dialog').getByRole('button', { name: 'Delete 2 records' });
	await press.waitFor();
	assert.equal(await press.isDisabled(), true);
	await page.getByLabel('Type fish to confirm').fill('fish');
	await press.click();
	await page.getByRole('dialog').waitFor({ state: 'hidden' });
	assert.equal((await dashboard.current.api.send('GET', '/api/collections/fish/records')).totalItems, 0);
	await page.getByRole('button', { name: 'More about fish' }).click();
	await page.getByRole('button', { name: 'Delete the collection…' }).click();
	await page.getByLabel('Type fish to confirm').fill('fish');
	await page.getByRole('dialog').getByRole('button', { name: 'Delete fish' }).click();
	await page.getByRole('heading', { name: 'Collections', level: 1 }).waitFor();
	await page
		.getByRole('navigation', { name: 'Collections' })
		.getByRole('link', { name: 'fish', exact: true })
		.waitFor({ state: 'detached' });
	await assert.rejects(read('fish'));
	await audit(page);
});

test('a collection others point at is not deleted, and says why', async () => {
	const page = await dashboard.current.visit('#/collections/brands/schema');
	await page.getByRole('button', { name: 'More about brands' }).click();
	await page.getByRole('button', { name: 'Delete the collection…' }).click();
	await page.getByText('Relations of products point at it').waitFor();
	await page.getByLabel('Type brands to confirm').fill('brands');
	await page.getByRole('dialog').getByRole('button', { name: 'Delete brands' }).click();
	await page.getByRole('alert').getByText('reference').waitFor();
	await audit(page);
});

test('an index is made of columns, or of SQL', async () => {
	await make({
		name: 'trees',
		type: 'base',
		fields: [
			{ name: 'kind', type: 'text' },
			{ name: 'height', type: 'number' }
		]
	});
	const page = await dashboard.current.visit('#/collections/trees/schema?tab=indexes');
	await page.getByRole('button', { name: 'New index' }).click();
	await page.getByRole('button', { name: 'kind', exact: true }).click();
	await page.getByRole('button', { name: 'height', exact: true }).click();
	await page.getByRole('button', { name: 'Descending' }).last().click();
	await page.getByRole('checkbox', { name: 'Unique' }).check();
	await save(page);
	const [sql] = (await read('trees')).indexes;
	assert.match(sql.replaceAll(/\s+/g, ' '), /^CREATE UNIQUE INDEX `idx_trees_kind_height` ON `trees` \( `kind`, `height` DESC \)$/);
	// What was open stays open.
	assert.equal(await page.getByRole('button', { name: 'Edit the index idx_trees_kind_height' }).getAttribute('aria-expanded'), 'true');
	await page.getByRole('button', { name: 'Write SQL' }).click();
	const editor = page.locator('.cm-content');
	await editor.click();
	await page.keyboard.press('Control+a');
	await page.keyboard.type('CREATE INDEX idx_trees_x ON trees (nothing)');
	await page.keyboard.press('Control+s');
	await page
		.getByText(/nothing/)
		.filter({ hasText: /Failed to create index|no such column|has no column/ })
		.waitFor();
	await audit(page);
});

test('a view shows what its query gives before it is saved', async () => {
	const page = await dashboard.current.visit('#/new-collection');
	made.push('order_counts');
	await page.getByRole('radio', { name: 'View' }).check();
	await page.getByRole('textbox', { name: 'Name of the collection' }).fill('order_counts');
	const editor = page.locator('.cm-content');
	await editor.click();
	await page.keyboard.insertText('SELECT status as id, count(id) as number FROM orderz GROUP BY status');
	await page.getByRole('alert').filter({ hasText: 'orderz' }).waitFor();
	await page.keyboard.press('Control+a');
	await page.keyboard.insertText('SELECT status as id, count(id) as number FROM orders GROUP BY status');
	await page.getByRole('region', { name: 'Sample of the view' }).getByText('delivered').waitFor();
	await page.getByRole('button', { name: 'Create', exact: true }).click();
	await page.getByRole('heading', { name: 'order_counts', level: 1 }).waitFor();
	assert.equal((await read('order_counts')).type, 'view');
	await audit(page);
});

test('a phone edits fields too', async () => {
	await make({ name: 'shells', type: 'base', fields: [{ name: 'name', type: 'text' }] });
	const page = await dashboard.current.visit('#/collections/shells/schema', { viewport: phone });
	await addField(page, 'Number', 'weight');
	await page.getByRole('button', { name: 'Options of weight' }).click();
	await page.getByLabel('Whole numbers only').check();
	await save(page);
	assert.equal((await read('shells')).fields[2].onlyInt, true);
	await audit(page);
});

test('collections are pinned to the top of the sidebar, and stay there', async () => {
	const page = await dashboard.current.visit('#/collections');
	const sidebar = page.getByRole('navigation', { name: 'Collections' });
	await sidebar.getByRole('button', { name: 'Pin wishlists' }).press('Enter');
	await sidebar.getByRole('heading', { name: 'Pinned' }).waitFor();
	await page.reload();
	await sidebar.getByRole('heading', { name: 'Pinned' }).waitFor();
	await sidebar.getByRole('button', { name: 'Unpin wishlists' }).press('Enter');
	await sidebar.getByRole('heading', { name: 'Pinned' }).waitFor({ state: 'detached' });
	await audit(page);
});
