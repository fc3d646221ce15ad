// `npm run screenshots`: every screen, and what can lie over it, light and dark, wide and on a phone, into screenshots/.
// With names as arguments only those. The server is one of its own (CRATEBASE_BIN), with the shop in it.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { Api } from './support/api.js';
import { MOMENTS } from './support/moments.js';
import { SCREENS } from './support/screens.js';
import { serveBuild } from './support/serve-build.js';
import { startServer } from './support/server.js';
import { fillShop } from './support/shop.js';

const FOLDER = fileURLToPath(new URL('../screenshots', import.meta.url));
/** A phone is used with fingers: controls are larger there. */
const SIZES = {
	wide: { viewport: { width: 1440, height: 900 } },
	phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
};
const account = { email: 'admin@example.com', password: 'correct-horse-9' };
const { CRATEBASE_BIN = '../target/debug/cratebase', CHROMIUM = '/usr/bin/chromium', UI_FROM_BUILD, LANGUAGE = 'en-GB' } = process.env;

const server = await startServer(CRATEBASE_BIN, account);
const front = UI_FROM_BUILD ? await serveBuild(server.base) : undefined;
const base = front?.base ?? server.base;
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
try {
	const asked = process.argv.slice(2);
	const screens = SCREENS.filter(({ name }) => asked.length === 0 || asked.includes(name));
	const moments = MOMENTS.filter(({ name }) => asked.length === 0 || asked.includes(name));
	const session = await new Api(server.base, '').send('POST', '/api/collections/_superusers/auth-with-password', {
		identity: account.email,
		password: account.password
	});
	await prepare(new Api(server.base, session.token));
	await mkdir(FOLDER, { recursive: true });
	for (const [size, device] of Object.entries(SIZES)) {
		for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
			for (const guest of [true, false]) {
				const page = await open({ ...device, colorScheme }, guest ? undefined : session);
				for (const screen of screens.filter((one) => (one.guest ?? false) === guest)) {
					await shoot(page, screen, `${screen.name}-${size}-${colorScheme}.png`);
				}
				await page.context().close();
			}
			// Each on a page of its own: drafts and choices stay behind.
			for (const moment of moments) {
				const page = await open({ ...device, colorScheme }, session);
				await shoot(page, { ...moment, ready: 'main' }, `${moment.name}-${size}-${colorScheme}.png`, moment.act);
				await page.context().close();
			}
		}
	}
	console.log(`${screens.length} screens and ${moments.length} moments in ${path.relative(process.cwd(), FOLDER)}/`);
} finally {
	await browser.close();
	front?.close();
	await server.stop();
}

/** What a server in use has besides its records. @param {Api} api */
async function prepare(api) {
	await fillShop(api);
	const { items } = await api.send('GET', '/api/collections/products/records?perPage=2&sort=-@rowid');
	const [newest, other] = items.map((/** @type {{ id: string }} */ { id }) => `/api/collections/products/records/${id}`);
	await api.send('PATCH', newest, { name: 'Oak table, extending', price: 480, tags: ['new'] });
	await api.send('PATCH', newest, { price: 449.5 });
	await api.send('DELETE', other);
	await api.send('POST', '/api/backups', { name: 'before_the_sale.zip' });
	await api.send('PATCH', '/api/settings', { meta: { appName: 'Furniture shop', appURL: 'https://shop.example.com' } });
}

/** @param {import('playwright-core').BrowserContextOptions} look @param {object | undefined} session */
async function open(look, session) {
	const context = await browser.newContext({ ...look, reducedMotion: 'reduce', locale: LANGUAGE, timezoneId: 'Europe/Berlin' });
	if (session) {
		// The page alone: a sandboxed frame has no storage.
		const keep = (/** @type {string} */ text) =>
			window.top === window && location.protocol !== 'about:' && localStorage.setItem('cratebase.session', text);
		await context.addInitScript(keep, JSON.stringify(session));
	}
	context.setDefaultTimeout(8000);
	return context.newPage();
}

/**
 * @param {import('playwright-core').Page} page @param {(typeof SCREENS)[number]} screen @param {string} file
 * @param {(page: import('playwright-core').Page) => Promise<unknown>} [act]
 */
async function shoot(page, { name, hash, ready }, file, act) {
	await page.goto('about:blank');
	await page.goto(`${base}/_/${hash}`);
	await page
		.locator(ready)
		.first()
		.waitFor({ timeout: 15_000 })
		.catch(() => console.error(`${name}: nothing like "${ready}" in ${file}`));
	await page.waitForLoadState('networkidle');
	await act?.(page).catch((thrown) => console.error(`${name}, ${file}: ${String(thrown).split('\n')[0]}`));
	if (act) await page.waitForLoadState('networkidle');
	await page.evaluate(() => document.fonts.ready);
	await page.screenshot({ path: path.join(FOLDER, file) });
}
