import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { audit, base, useDashboard } from './support/dashboard.js';

const MAX_SCRIPT_BYTES = 180_000;
const MAX_FIRST_PAINT_MS = 1000;

const dashboard = useDashboard();

test('the page runs without inline scripts, under a policy that allows none', async () => {
	const answer = await fetch(`${base}/_/`);
	const policy = answer.headers.get('Content-Security-Policy') ?? '';
	const scripts = /script-src ([^;]*)/.exec(policy)?.[1] ?? /default-src ([^;]*)/.exec(policy)?.[1] ?? '';
	assert.match(scripts, /'self'/);
	assert.doesNotMatch(scripts, /unsafe|\*/);
	for (const [tag] of (await answer.text()).matchAll(/<script[^>]*>/g)) assert.match(tag, / src="/);
});

test('the first screen is light and quick', async () => {
	const page = await dashboard.current.visit('#/login', { guest: true });
	await page.getByRole('button', { name: 'Sign in' }).waitFor();
	const addresses = await page.evaluate(() => performance.getEntriesByType('resource').map((entry) => entry.name));
	let bytes = 0;
	for (const address of addresses.filter((name) => name.endsWith('.js'))) {
		bytes += gzipSync(Buffer.from(await (await fetch(address)).arrayBuffer())).length;
	}
	assert.ok(bytes > 0 && bytes < MAX_SCRIPT_BYTES, `${bytes} bytes of script`);
	// The quickest of three: a machine with other work is no fault of the page.
	const paints = [await firstPaint(page)];
	while (paints.length < 3) {
		await page.reload();
		await page.getByRole('button', { name: 'Sign in' }).waitFor();
		paints.push(await firstPaint(page));
	}
	assert.ok(Math.min(...paints) < MAX_FIRST_PAINT_MS, `first paint after ${paints} ms`);
	await audit(page);
});

/** @param {import('playwright-core').Page} page */
function firstPaint(page) {
	return page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity);
}
