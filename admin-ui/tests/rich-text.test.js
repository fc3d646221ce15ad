import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { audit, phone, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();

/** @typedef {import('playwright-core').Page} Page */

/** @param {string} text */
const textOf = async (text) => {
	const { api } = dashboard.current;
	await api.ensureCollection({
		name: 'texts',
		type: 'base',
		fields: [
			{ name: 'title', type: 'text' },
			{ name: 'text', type: 'editor' }
		]
	});
	const [row] = await api.create('texts', [{ title: 'A text', text }]);
	const read = async () => (await api.send('GET', `/api/collections/texts/records/${row.id}`)).text;
	return { hash: `#/collections/texts?record=${row.id}`, read };
};
/** @param {Page} page */
const field = (page) => page.locator('[data-field=text]');
/** @param {Page} page */
const words = (page) => field(page).locator('.ProseMirror');
/** @param {Page} page @param {string} name */
const press = (page, name) => field(page).getByRole('button', { name, exact: true }).first().click();
/** @param {Page} page @param {string} menu @param {string} item */
const choose = async (page, menu, item) => {
	await press(page, menu);
	await page.locator('[popover]:popover-open').getByRole('button', { name: item, exact: true }).click();
};
/** @param {Page} page */
const save = async (page) => {
	await page.keyboard.press('Control+s');
	await page.getByText('No changes').waitFor();
};

after(() => dashboard.current.api.send('DELETE', '/api/collections/texts').catch(() => {}));

test('words get a style, colours, a place and a direction', async () => {
	const { hash, read } = await textOf('<p>One line</p>');
	const page = await dashboard.current.visit(hash);
	await words(page).click();
	await page.keyboard.press('Control+a');
	await choose(page, 'Paragraph', 'Heading 3');
	await choose(page, 'Colour of the words', 'Red');
	await choose(page, 'Highlight', 'Yellow');
	await choose(page, 'Place and direction', 'Centre');
	await choose(page, 'Place and direction', 'Right to left');
	await field(page).getByText('2 words, 8 characters').waitFor();
	await save(page);
	const stored = await read();
	for (const part of [
		'<h3',
		'text-align: center',
		'dir="rtl"',
		'color: rgb(200, 30, 30)',
		'background-color: rgb(254, 240, 138)',
		'>One line<'
	]) {
		assert.ok(stored.includes(part), `${part} in ${stored}`);
	}
	await page.reload();
	await field(page).getByRole('button', { name: 'Heading 3' }).waitFor();
	await words(page).click();
	await page.keyboard.press('Control+a');
	await press(page, 'Highlight');
	assert.equal(await page.getByRole('button', { name: 'Yellow' }).getAttribute('aria-pressed'), 'true');
	await page.keyboard.press('Escape');
	await press(page, 'Remove the formatting');
	await save(page);
	assert.doesNotMatch(await read(), /color/);
	await audit(page);
});

test('a table is made and changed; a link is made, led elsewhere and taken away', async () => {
	const { hash, read } = await textOf('');
	const page = await dashboard.current.visit(hash);
	await words(page).click();
	await page.keyboard.type('See here');
	await page.keyboard.press('Shift+Control+ArrowLeft');
	await press(page, 'Link');
	await field(page).getByLabel('Address of the link').fill('https://example.com/a');
	await field(page).getByLabel('In a new tab').check();
	await field(page).getByRole('button', { name: 'Apply' }).click();
	await save(page);
	assert.equal(await read(), '<p>See <a target="_blank" rel="noopener" href="https://example.com/a">here</a></p>');
	await press(page, 'Link');
	await field(page).getByRole('button', { name: 'Remove the link' }).click();
	await page.keyboard.press('End');
	await choose(page, 'Table', 'Insert a table');
	for (const word of ['One', 'Two', 'Three']) {
		await page.keyboard.type(word);
		await page.keyboard.press('Tab');
	}
	await choose(page, 'Table', 'Row below');
	await choose(page, 'Table', 'Remove the column');
	await save(page);
	const stored = await read();
	assert.equal(stored.match(/<tr>/g)?.length, 4);
	assert.equal(stored.match(/<th[ >]/g)?.length, 2);
	assert.doesNotMatch(stored, /<a /);
	await audit(page);
});

test('a file of any record is put into a text, in the size that is wanted', async () => {
	const { hash, read } = await textOf('<p>Look:</p>');
	const page = await dashboard.current.visit(hash);
	await words(page).click();
	await page.keyboard.press('End');
	await press(page, 'Picture or file');
	const picker = page.getByRole('dialog', { name: 'Picture or file' });
	await picker.getByLabel('Files of').selectOption('products');
	await picker.getByLabel('Find records with files').fill('armchair');
	await picker.getByRole('button', { name: 'Search' }).click();
	await picker
		.locator('li')
		.first()
		.getByText(/armchair/)
		.waitFor();
	await picker.locator('li button').first().click();
	await picker.getByLabel('Size').selectOption('100x100');
	await picker.getByLabel('The picture in words').fill('An armchair');
	await picker.getByRole('button', { name: 'Insert', exact: true }).click();
	await words(page).getByRole('img', { name: 'An armchair' }).waitFor();
	await save(page);
	assert.match(await read(), /<p>Look:<img src="http[^"]+\/api\/files\/[^"]+\?thumb=100x100" alt="An armchair"><\/p>/);
	await audit(page);
});

test('HTML the editor does not know stays byte for byte until it is changed, and then is told about', async () => {
	const html = '<div class="intro"><p style="margin:0">Hello</p><!-- kept --><video src="/v.mp4"></video></div>';
	const { hash, read } = await textOf(html);
	const page = await dashboard.current.visit(hash);
	await field(page).getByText('Shown as HTML: the visual editor would drop').waitFor();
	await page.getByRole('dialog').getByRole('textbox', { name: 'title' }).fill('Another title');
	await save(page);
	assert.equal(await read(), html);
	// As text all the same: it is told before anything is gone, and looking alone changes nothing.
	await field(page).getByRole('button', { name: 'Edit as text all the same' }).click();
	await field(page).getByText('With the first change, this drops').waitFor();
	await page.getByRole('dialog').getByRole('textbox', { name: 'title' }).fill('A third title');
	await save(page);
	assert.equal(await read(), html);
	await words(page).click();
	await page.keyboard.press('End');
	await page.keyboard.type(' you');
	await save(page);
	assert.equal(await read(), '<p>Hello you</p>');
	await audit(page);
});

test('the editor fills the window, and its tools are one stop of Tab', async () => {
	const { hash } = await textOf('<p>Room</p>');
	const page = await dashboard.current.visit(hash);
	await words(page).waitFor();
	await field(page).getByRole('button', { name: 'Bold' }).focus();
	await page.keyboard.press('ArrowRight');
	await field(page).getByRole('button', { name: 'Italic' }).and(page.locator(':focus')).waitFor();
	assert.equal(await field(page).locator('.tools button[tabindex="0"]').count(), 1);
	await press(page, 'Fill the window');
	const box = await field(page).locator('.framed').last().boundingBox();
	assert.deepEqual([box?.width, box?.height], [1280, 800]);
	await page.getByRole('button', { name: 'Back into the form' }).waitFor();
	await words(page).click();
	await page.keyboard.press('Escape');
	await field(page).getByRole('button', { name: 'Fill the window' }).waitFor();
	assert.equal(await page.locator('dialog:modal').count(), 1);
	await page.setViewportSize(phone);
	await audit(page);
});
