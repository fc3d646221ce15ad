import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { audit, base, phone, useDashboard } from './support/dashboard.js';

const dashboard = useDashboard();
const stored = async () => (await dashboard.current.api.send('GET', '/api/dashboard')).diagram;

after(() =>
	fetch(`${base}/api/dashboard/diagram`, {
		method: 'PUT',
		headers: { Authorization: dashboard.current.token, 'Content-Type': 'application/json' },
		body: 'null'
	})
);

/** @param {import('playwright-core').Page} page @param {string} name */
const boxOf = (page, name) => page.locator('article', { has: page.getByRole('heading', { name, exact: true }) });

test('boxes are moved by keys and by dragging, stay for everybody, and are put back', async () => {
	const page = await dashboard.current.visit('#/collections?view=diagram');
	const brands = boxOf(page, 'brands');
	const before = await brands.boundingBox();
	const saved = () =>
		page.waitForResponse((answer) => answer.url().endsWith('/api/dashboard/diagram') && answer.request().method() === 'PUT');
	let saving = saved();
	await page.getByRole('button', { name: 'Move brands with the arrow keys' }).focus();
	for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowDown');
	assert.equal((await saving).status(), 204);
	const moved = await brands.boundingBox();
	assert.ok(moved && before && moved.y - before.y >= 50, 'moved down');

	const grip = await page.getByRole('button', { name: 'Move brands with the arrow keys' }).boundingBox();
	assert.ok(grip);
	saving = saved();
	await page.mouse.move(grip.x + 5, grip.y + 5);
	await page.mouse.down();
	await page.mouse.move(grip.x + 65, grip.y + 45, { steps: 4 });
	await page.mouse.up();
	await saving;
	const dragged = await brands.boundingBox();
	assert.ok(dragged && moved && dragged.x - moved.x >= 50, 'dragged to the side');
	const place = () => brands.evaluate((box) => box.getAttribute('style'));
	const [{ places }, put] = [await stored(), await place()];
	assert.equal(Object.keys(places).length, 1);

	await page.reload();
	await page.getByRole('button', { name: 'Put the boxes back as at first' }).waitFor();
	assert.equal(await place(), put);
	saving = saved();
	await page.getByRole('button', { name: 'Put the boxes back as at first' }).click();
	await saving;
	assert.equal(await stored(), undefined);
	await audit(page);
});

test('a relation is drawn from one box to another, and a line leads to its field', async () => {
	const page = await dashboard.current.visit('#/collections?view=diagram');
	await page.getByRole('button', { name: 'Draw a relation from wishlists' }).click();
	await page.getByRole('button', { name: 'Relation to customers' }).click();
	await page.getByLabel('Points at').waitFor();
	assert.equal(await page.getByLabel('Points at').inputValue(), 'customers');
	await page.getByRole('link', { name: 'Overview' }).first().click();
	await page.getByRole('dialog', { name: 'Leave without saving?' }).getByRole('button', { name: 'Leave' }).click();

	await page.getByRole('link', { name: 'Diagram' }).click();
	await boxOf(page, 'products').getByRole('link', { name: 'brand', exact: true }).click();
	await page.getByLabel('Points at').waitFor();
	await audit(page);
});

test('the keyboard goes from box to box, two fingers make it larger, and no line hides behind a box', async () => {
	const page = await dashboard.current.visit('#/collections?view=diagram');
	/** @param {string} name */
	const link = (name) => boxOf(page, name).getByRole('heading').getByRole('link');
	/** @param {string} name */
	const focused = (name) => page.waitForFunction((name) => document.activeElement?.textContent?.trim() === name, name);
	await link('orders').focus();
	await page.keyboard.press('ArrowRight');
	await focused('products');
	await page.keyboard.press('ArrowLeft');
	await focused('orders');

	// Points of a line inside a box are only where it begins and ends.
	const hidden = await page.evaluate(() => {
		const boxes = [...document.querySelectorAll('[data-collection]')].map((box) => box.getBoundingClientRect());
		return [.../** @type {NodeListOf<SVGPathElement>} */ (document.querySelectorAll('svg.lines path'))].filter((path) => {
			const matrix = /** @type {DOMMatrix} */ (path.getScreenCTM());
			const length = path.getTotalLength();
			return Array.from({ length: 60 }, (_, i) => path.getPointAtLength((length * (i + 1)) / 61).matrixTransform(matrix)).some(({ x, y }) =>
				boxes.some((box) => x > box.left + 1 && x < box.right - 1 && y > box.top + 1 && y < box.bottom - 1)
			);
		}).length;
	});
	assert.equal(hidden, 0);

	await page.getByRole('region', { name: 'Diagram of the collections' }).focus();
	await page.keyboard.press('0');
	await page.getByText('100 %').waitFor();
	await page.getByRole('region', { name: 'Diagram of the collections' }).evaluate((ground) => {
		/** @param {string} type @param {number} apart */
		const fingers = (type, apart) => {
			const touches = [-1, 1].map(
				(side, identifier) => new Touch({ identifier, target: ground, clientX: 400 + (side * apart) / 2, clientY: 400 })
			);
			ground.dispatchEvent(new TouchEvent(type, { touches, cancelable: true, bubbles: true }));
		};
		fingers('touchstart', 100);
		fingers('touchmove', 120);
		ground.dispatchEvent(new TouchEvent('touchend', { touches: [], bubbles: true, cancelable: true }));
	});
	await page.getByText('120 %').waitFor();
	await audit(page);
});

test('it is made larger by keys and saved as a picture', async () => {
	const page = await dashboard.current.visit('#/collections?view=diagram');
	const diagram = page.getByRole('region', { name: 'Diagram of the collections' });
	await diagram.focus();
	await page.keyboard.press('0');
	await page.getByText('100 %').waitFor();
	await page.keyboard.press('-');
	await page.getByText('80 %').waitFor();
	for (const [type, begins] of /** @type {const} */ ([
		['SVG', '<svg'],
		['PNG', '\x89PNG']
	])) {
		await page.getByRole('button', { name: 'Save as a picture' }).click();
		const download = page.waitForEvent('download');
		await page.getByRole('button', { name: type, exact: true }).click();
		const content = await readFile(await (await download).path(), 'latin1');
		assert.equal(content.slice(0, 4), begins);
		if (type === 'SVG') assert.match(content, />products</);
	}
	await audit(page);
});

test('at first the whole is seen, on a phone too', async () => {
	const page = await dashboard.current.visit('#/collections?view=diagram', { viewport: phone });
	const ground = page.getByRole('region', { name: 'Diagram of the collections' });
	const size = page.getByRole('status', { name: 'Size' });
	const isWhole = () =>
		page.waitForFunction(() => {
			const ground = document.querySelector('.ground');
			return ground && ground.scrollWidth <= ground.clientWidth && ground.scrollHeight <= ground.clientHeight;
		});
	await ground.getByRole('heading', { name: 'products' }).waitFor();
	await isWhole();
	assert.ok(parseInt((await size.textContent()) ?? '') < 60);
	await page.getByRole('button', { name: 'Larger' }).click();
	await page.getByRole('button', { name: 'Larger' }).click();
	await page.getByRole('button', { name: 'Show all' }).click();
	await isWhole();
	await page.getByLabel('System collections').check();
	await ground.getByRole('heading', { name: '_otps' }).waitFor();
	await isWhole();
	await audit(page);
});

test('the ground is taken hold of and moved; Ctrl+0 is as large as life', async () => {
	const page = await dashboard.current.visit('#/collections?view=diagram');
	const ground = page.getByRole('region', { name: 'Diagram of the collections' });
	await ground.locator('.lines path').first().waitFor();
	await ground.focus();
	const size = page.getByLabel('Size');
	while (!(await page.getByRole('button', { name: 'Larger' }).isDisabled())) await page.keyboard.press('+');
	assert.equal(await size.innerText(), '200 %');
	const box = await ground.boundingBox();
	assert.ok(box);
	const at = () => ground.evaluate((node) => [node.scrollLeft, node.scrollTop]);
	await ground.evaluate((node) => node.scrollTo(200, 100));
	// Between the boxes, where nothing is to be pressed.
	const free = await ground.evaluate((node) => {
		const { left, top, width, height } = node.getBoundingClientRect();
		for (let y = top + 60; y < top + height - 20; y += 7)
			for (let x = left + 130; x < left + width - 20; x += 7)
				if (!document.elementFromPoint(x, y)?.closest('article, .hits path')) return { x, y };
		return undefined;
	});
	assert.ok(free);
	await page.mouse.move(free.x, free.y);
	await page.mouse.down();
	await page.mouse.move(free.x - 120, free.y - 40, { steps: 4 });
	await page.mouse.up();
	assert.deepEqual(await at(), [320, 140]);
	await page.keyboard.press('Control+0');
	await page.getByText('100 %').waitFor();
	await audit(page);
});
