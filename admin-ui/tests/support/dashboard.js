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
	 * @param {{ guest?: boolean, viewport?: { width: number, height: number }, script?: () => void, locale?: string, touch?: boolean, more?: object }} [options]
	 * @returns {Promise<Page>}
	 */
	async visit(hash, { guest = false, viewport = wide, script, locale = 'en-GB', touch = false, more = {} } = {}) {
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
			if (!request.url().startsWith(BASE_URL) && !/^(data|blob):/.test(request.url())) mistakes.push(`left the server: ${request.url()}`);
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
		await page.goto(`${BASE_URL}/_/${hash}`);
		return page;
	}

	async close() {
		await this.#browser.close();
	}
}

/** @type {WeakMap<Page, string[]>} */
const mistakesOf = new WeakMap();

/** Opens a dashboard for the tests of a file. @returns {{ current: Dashboard }} */
export function useDashboard() {
	/** @type {{ current: Dashboard }} */
	const holder = { current: /** @type {any} */ (undefined) };
	before(async () => {
		holder.current = await Dashboard.open();
	});
	after(() => holder.current?.close());
	return holder;
}

/**
 * Ends a spec: axe finds nothing, light and dark, on a screen and on a phone; nothing was thrown, blocked or
 * fetched from elsewhere.
 *
 * @param {Page} page
 */
export async function audit(page) {
	for (const viewport of [wide, phone]) {
		await page.setViewportSize(viewport);
		for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
			await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
			await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
			const violations = await page.evaluate(async () => {
				// @ts-expect-error axe is put into every page
				const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
				return violations.map((/** @type {any} */ v) => `${v.id}: ${v.nodes.map((/** @type {any} */ n) => n.target.join(' ')).join(', ')}`);
			});
			assert.deepEqual(violations, [], `axe, ${viewport.width} px, ${colorScheme}`);
			const spill = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
			assert.equal(spill, 0, `the page is wider than ${viewport.width} px`);
		}
	}
	assert.deepEqual(mistakesOf.get(page), []);
	await page.context().close();
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
