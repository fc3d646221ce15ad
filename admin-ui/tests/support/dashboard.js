import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { Api } from './api.js';
import { fillShop } from './shop.js';

/** @typedef {import('playwright-core').Page} Page */

const { BASE_URL = '', SU_EMAIL = '', SU_PASSWORD = '', CHROMIUM = '/usr/bin/chromium' } = process.env;
const AXE = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
const PATIENCE_MS = 15_000;

export const base = BASE_URL;
export const superuser = { email: SU_EMAIL, password: SU_PASSWORD };
export const wide = { width: 1280, height: 800 };
export const phone = { width: 360, height: 740 };

/** Everything a spec file needs: one browser, a filled server, pages to look at. */
export class Dashboard {
	/** @type {import('playwright-core').Browser} */ #browser;
	/** @type {{ token: string }} */ #session;
	/** @type {Api} */ api;

	/** @param {import('playwright-core').Browser} browser @param {any} session */
	constructor(browser, session) {
		this.#browser = browser;
		this.#session = session;
		this.api = new Api(BASE_URL, session.token);
	}

	static async open() {
		const session = await new Api(BASE_URL, '').send('POST', '/api/collections/_superusers/auth-with-password', {
			identity: SU_EMAIL,
			password: SU_PASSWORD
		});
		const browser = await chromium.launch({
			executablePath: CHROMIUM,
			args: [
				'--headless',
				'--no-sandbox',
				'--disable-gpu',
				'--disable-background-networking',
				'--disable-component-update',
				'--disable-sync'
			]
		});
		const dashboard = new Dashboard(browser, session);
		await fillShop(dashboard.api);
		return dashboard;
	}

	/** A token that may do everything. */
	get token() {
		return this.#session.token;
	}

	/**
	 * Opens a hash route in a fresh browser profile.
	 *
	 * @param {string} hash
	 * @param {{ guest?: boolean, viewport?: { width: number, height: number }, script?: () => void, locale?: string, touch?: boolean, more?: object, server?: string }} [options]
	 * @returns {Promise<Page>}
	 */
	async visit(hash, { guest = false, viewport = wide, script, locale = 'en-GB', touch = false, more = {}, server = BASE_URL } = {}) {
		const context = await this.#browser.newContext({
			viewport,
			reducedMotion: 'reduce',
			locale,
			timezoneId: 'Europe/Berlin',
			hasTouch: touch,
			isMobile: touch,
			...more
		});
		context.setDefaultTimeout(PATIENCE_MS);
		await context.addInitScript(AXE);
		if (script) await context.addInitScript(script);
		const page = await context.newPage();
		/** @type {string[]} */
		const mistakes = [];
		page.on('pageerror', (error) => mistakes.push(String(error)));
		page.on('console', (message) => {
			// Answers that are errors are part of some specs; what the policy blocks never is.
			if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) mistakes.push(message.text());
		});
		page.on('request', (request) => {
			if (!request.url().startsWith(server) && !/^(data|blob):/.test(request.url())) mistakes.push(`left the server: ${request.url()}`);
		});
		mistakesOf.set(page, mistakes);
		if (!guest) {
			await context.addInitScript((session) => {
				// The page alone: a sandboxed frame has no storage, an empty page neither.
				if (window.top !== window || location.protocol === 'about:') return;
				// Only once: signing out must last.
				if (sessionStorage.getItem('signed')) return;
				sessionStorage.setItem('signed', 'yes');
				localStorage.setItem('cratebase.session', session);
			}, JSON.stringify(this.#session));
		}
		await page.goto(`${server}/_/${hash}`);
		return page;
	}

	async close() {
		await this.#browser.close();
	}
}

/** @type {WeakMap<Page, string[]>} */
const mistakesOf = new WeakMap();

/** Opens a dashboard for the tests of a file; collections they make go with them. @returns {{ current: Dashboard }} */
export function useDashboard() {
	/** @type {{ current: Dashboard }} */
	const holder = { current: /** @type {any} */ (undefined) };
	/** @type {Set<string>} */
	let known = new Set();
	const collections = async () => {
		const { items } = await holder.current.api.send('GET', '/api/collections?perPage=500&sort=-created&fields=id');
		return items.map((/** @type {{ id: string }} */ { id }) => id);
	};
	before(async () => {
		holder.current = await Dashboard.open();
		known = new Set(await collections());
	});
	after(async () => {
		await holder.current?.close();
		// The newest first: others may point at the older ones.
		const made = (await collections()).filter((/** @type {string} */ id) => !known.has(id));
		for (const id of made) await holder.current.api.send('DELETE', `/api/collections/${id}`).catch(() => {});
	});
	return holder;
}

/** @typedef {{ viewport: { width: number, height: number }, colorScheme: 'light' | 'dark' }} Look */

/** Both sizes in both themes. @type {[Look, Look, Look, Look]} */
export const LOOKS = [
	{ viewport: wide, colorScheme: 'light' },
	{ viewport: phone, colorScheme: 'dark' },
	{ viewport: wide, colorScheme: 'dark' },
	{ viewport: phone, colorScheme: 'light' }
];
let audits = 0;

/**
 * Ends a spec: axe finds nothing, on a screen in one theme and on a phone in the other, by turns (audits.test.js
 * looks at every screen in all four); nothing was thrown, blocked or fetched from elsewhere.
 *
 * @param {Page} page
 */
export async function audit(page) {
	for (const look of audits++ % 2 === 0 ? LOOKS.slice(0, 2) : LOOKS.slice(2)) await inspect(page, look);
	assert.deepEqual(mistakesOf.get(page), []);
	await page.context().close();
}

/** Axe finds nothing, and nothing sticks out. @param {Page} page @param {Look} look */
export async function inspect(page, { viewport, colorScheme }) {
	await page.setViewportSize(viewport);
	await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
	await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
	const violations = await page.evaluate(async () => {
		// @ts-expect-error axe is put into every page
		const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
		return violations.map((/** @type {any} */ v) => `${v.id}: ${v.nodes.map((/** @type {any} */ n) => n.target.join(' ')).join(', ')}`);
	});
	const where = `${new URL(page.url()).hash}, ${viewport.width} px, ${colorScheme}`;
	assert.deepEqual(violations, [], `axe, ${where}`);
	const spill = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
	assert.equal(spill, 0, `the page is wider than it may be: ${where}`);
}

/** The query of the current hash route. @param {Page} page */
export function query(page) {
	return Object.fromEntries(new URLSearchParams(new URL(page.url()).hash.split('?')[1] ?? ''));
}

/** Waits until the route's query is exactly this. @param {Page} page @param {Record<string, string>} expected */
export async function queryIs(page, expected) {
	await page.waitForURL((url) => {
		const found = Object.fromEntries(new URLSearchParams(url.hash.split('?')[1] ?? ''));
		return JSON.stringify(sorted(found)) === JSON.stringify(sorted(expected));
	});
}

/** @param {Record<string, string>} object */
const sorted = (object) => Object.entries(object).sort();
