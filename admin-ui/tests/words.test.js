import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audit, base, superuser, useDashboard } from './support/dashboard.js';
import { SCREENS } from './support/screens.js';

const dashboard = useDashboard();

test('a browser that wants German gets German, dates and numbers too, before anybody has signed in', async () => {
	const page = await dashboard.current.visit('#/login', { guest: true, locale: 'de-AT' });
	await page.getByRole('button', { name: 'Anmelden' }).waitFor();
	assert.equal(await page.evaluate(() => document.documentElement.lang), 'de');
	assert.equal((await scriptsWith(page, MARK)).length, 1);
	await audit(page);
});

test('a browser of another language gets English, and no catalogue', async () => {
	const page = await dashboard.current.visit('#/login', { guest: true, locale: 'fr-FR' });
	await page.getByRole('button', { name: 'Sign in' }).waitFor();
	assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
	assert.deepEqual(await scriptsWith(page, MARK), []);
	await audit(page);
});

test('a chosen language holds against the browser and through a reload, until it follows the browser again', async () => {
	const page = await dashboard.current.visit('#/collections/products');
	await page.getByText('60 records', { exact: true }).waitFor();
	await page.getByRole('button', { name: 'Account' }).click();
	await page.getByLabel('Language').selectOption('Deutsch');
	await page.getByText('60 Datensätze', { exact: true }).waitFor();
	await page.reload();
	await page.getByText('60 Datensätze', { exact: true }).waitFor();
	assert.equal(await page.evaluate(() => localStorage.getItem('cratebase.language')), 'de');
	await page.getByRole('button', { name: 'Konto' }).click();
	await page.getByLabel('Sprache').selectOption('Automatisch');
	await page.getByText('60 records', { exact: true }).waitFor();
	assert.equal(await page.evaluate(() => localStorage.getItem('cratebase.language')), null);
	await audit(page);
});

test('what the server refuses it refuses in the language in use, at the field and as a whole', async () => {
	const page = await dashboard.current.visit('#/settings', { locale: 'de-DE' });
	await page.getByLabel('Name', { exact: true }).fill('');
	await page.getByRole('button', { name: 'Speichern', exact: true }).click();
	await page.getByText('Darf nicht leer sein.').waitFor();
	await page.getByText('Die Einstellungen ließen sich nicht speichern.').waitFor();
	await page.getByLabel('Name', { exact: true }).fill('x'.repeat(300));
	await page.getByRole('button', { name: 'Speichern', exact: true }).click();
	await page.getByText('Die Länge muss zwischen 1 und 255 liegen.').waitFor();
	await audit(page);
});

test('no text of any screen is written past the catalogue', async () => {
	const names = await dataNames();
	const page = await dashboard.current.visit('#/nowhere', { locale: 'de-DE' });
	await page.getByRole('heading', { level: 1 }).waitFor();
	const [catalogue = ''] = await scriptsWith(page, MARK);
	await page.route(catalogue, accented);
	/** @type {string[]} */
	const plain = [];
	for (const { hash, ready } of SCREENS.filter(({ guest }) => !guest)) {
		await page.goto('about:blank');
		await page.goto(`${base}/_/${hash}`);
		const there = await page
			.locator(ready)
			.first()
			.waitFor()
			.then(
				() => true,
				() => false
			);
		assert.ok(there, `${hash} has no "${ready}"`);
		const read = await page.evaluate(texts);
		assert.ok(
			read.some((text) => text.includes(ACCENT)),
			`${hash} is in no language at all`
		);
		for (const text of read) {
			const rest = text
				.replace(/\p{L}\u030A/gu, '')
				// Before names: an id may hold one, a word about time, too.
				.replace(ID, '')
				.replace(TIME, '')
				.replace(names, '')
				.replace(DATA, '');
			if (/\p{Ll}{2,}/u.test(rest)) plain.push(`${hash}: ${text.replaceAll(ACCENT, '')}`);
		}
	}
	assert.equal([...new Set(plain)].join('\n'), '');
	await page.context().close();
});

const ACCENT = '\u030A';
const ID = /(?<!\p{L})[a-z0-9]{15}(?!\p{L})/gu;
/** Dates, how long ago or from now. */
const TIME =
	/(\p{L}+, )?\d+\. \p{L}+\.? \d{4}( um .*)?|(in|vor) \d+ \p{L}+\.?|(?<!\p{L})((vor)?gestern|heute|(über)?morgen|jetzt)(?!\p{L})/gu;
/** Expressions, zones of time, addresses, headers. */
const DATA = /(@request\.\S+|id) = .*|Europe\/Berlin|\S+[@/.:_]\S+|[A-Z][A-Za-z]*-\S+-(IP|For)/gu;
/** Any text of the catalogue that nothing else has. */
const MARK = 'Anmeldung läuft …';

/**
 * Answers the catalogue in a language nobody speaks: every letter wears an accent. What comes out plain
 * was not in it.
 *
 * @param {import('playwright-core').Route} route
 */
async function accented(route) {
	const answer = await route.fetch();
	const body = await answer.text();
	const { default: words } = await import('data:text/javascript,' + encodeURIComponent(body));
	for (const [key, text] of Object.entries(words)) words[key] = text.replace(/(?<![{<]\/?\d*)\p{L}/gu, `$&${ACCENT}`);
	await route.fulfill({ response: answer, body: `export default ${JSON.stringify(words)}` });
}

/** What people see and hear of a page, without what is data or code. */
function texts() {
	const CODE = 'code, pre, kbd, samp, time, td, noscript, script, style, svg, .cm-editor, [lang]:not(html), [translate=no]';
	const found = [];
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const parent = walk.currentNode.parentElement;
		if (parent && !parent.closest(CODE)) found.push(walk.currentNode.nodeValue ?? '');
	}
	for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-description']) {
		for (const element of document.querySelectorAll(`[${name}]`)) {
			if (!element.closest(CODE)) found.push(element.getAttribute(name) ?? '');
		}
	}
	return [...found, document.title];
}

/** Names of collections, fields and the like, which are nobody's words. */
async function dataNames() {
	const { items } = await dashboard.current.api.send('GET', '/api/collections?perPage=500');
	const { items: products } = await dashboard.current.api.send('GET', '/api/collections/products/records?perPage=500&fields=name');
	const titles = products.map((/** @type {any} */ one) => one.name);
	const names = items.flatMap((/** @type {any} */ one) => [
		one.name,
		...one.fields.flatMap((/** @type {any} */ field) => [field.name, ...(field.values ?? [])])
	]);
	// Types, names of programs and headers, units as the browser says them.
	const others = 'Cratebase Deutsch English auth view JavaScript curl expand filter sort png null Stunde Tage Tag Minuten'.split(' ');
	const longest = [...new Set([...names, ...titles, ...others, superuser.email, 'Only superusers see this.'])].sort(
		(a, b) => b.length - a.length
	);
	return new RegExp(longest.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g');
}

/** Addresses of the page's scripts that hold a text. @param {import('playwright-core').Page} page @param {string} text */
async function scriptsWith(page, text) {
	const addresses = await page.evaluate(() => performance.getEntriesByType('resource').map((entry) => entry.name));
	const scripts = addresses.filter((name) => name.endsWith('.js'));
	const bodies = await Promise.all(scripts.map(async (name) => (await fetch(name)).text()));
	return scripts.filter((_, i) => bodies[i]?.includes(text));
}
