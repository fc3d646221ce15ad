import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { Api } from './support/api.js';

const { BASE_URL = '', SU_EMAIL = '', SU_PASSWORD = '', CHROMIUM = '/usr/bin/chromium' } = process.env;

/** Tells that it ran by asking the server for something no one else asks for. */
const ran = "fetch('/api/health?ran=1')";
const svg = `<svg xmlns="http://www.w3.org/2000/svg" onload="${ran}"><script>${ran}</script><foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="javascript:${ran}"/></foreignObject></svg>`;
const html = `<!doctype html><meta http-equiv="refresh" content="0;url=/api/health?ran=2"><body onload="${ran}"><img src=x onerror="${ran}"><script>${ran}</script><iframe srcdoc="<script>${ran}</script>"></iframe><form id=f action="/api/health"><input name=ran value=3></form><script>f.submit()</script>`;
/** @type {Record<string, string>} */
const hostile = {
	'page.html': html,
	'page.png': html,
	noextension: html,
	'page.xhtml': `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>${ran}</script></html>`,
	'page.xml': `<?xml version="1.0"?><?xml-stylesheet href="data:text/xsl,x" type="text/xsl"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">${ran}</x:script>`,
	'image.svg': svg,
	'image.jpg': svg,
	'polyglot.html': `GIF89a/*${html}*/=1;${ran}`,
	'late.html': `${' '.repeat(4000)}${html}`,
	'bom.html': `\ufeff${html}`,
	'page.pdf': `%PDF-1.7\n${html}`,
	'page.txt': html,
	'page.mhtml': `MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n${html}\n--b--`
};

/** @type {import('playwright-core').Browser} */ let browser;
/** @type {Record<string, string>} */ const urls = {};

before(async () => {
	const api = await Api.signIn(BASE_URL, SU_EMAIL, SU_PASSWORD);
	await api.ensureCollection({ name: 'uploaded', type: 'base', fields: [{ name: 'file', type: 'file', maxSelect: 1, thumbs: ['10x10'] }] });
	for (const [name, content] of Object.entries(hostile)) {
		const form = new FormData();
		form.append('file', new File([content], name));
		const record = await api.send('POST', '/api/collections/uploaded/records', form);
		urls[name] = `/api/files/uploaded/${record.id}/${record.file}`;
	}
	browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
});

after(() => browser.close());

/**
 * Opens a file by itself and inside a page of the same server; whether anything in it ran.
 *
 * @param {string} url
 * @param {string[]} [without] Headers that get lost on the way.
 */
async function runs(url, without = []) {
	const context = await browser.newContext();
	try {
		let seen = false;
		context.on('request', (request) => (seen ||= /[?&]ran=/.test(request.url())));
		if (without.length > 0) {
			await context.route('**/api/files/**', async (route) => {
				const response = await route.fetch();
				const headers = Object.fromEntries(Object.entries(response.headers()).filter(([name]) => !without.includes(name)));
				await route.fulfill({ response, headers });
			});
		}
		const page = await context.newPage();
		// What is to be saved is not a page: then there is nothing to wait for.
		await page
			.goto(BASE_URL + url, { waitUntil: 'load' })
			.catch((error) => assert.match(String(error), /Download is starting|ERR_ABORTED/));
		const frames = await context.newPage();
		await frames.goto(`${BASE_URL}/api/health`);
		await frames.evaluate(async (file) => {
			const loaded = ['iframe', 'embed', 'object', 'img'].map((tag) => {
				const element = document.createElement(tag);
				const done = new Promise((resolve) => ['load', 'error'].forEach((event) => element.addEventListener(event, resolve)));
				element.setAttribute(tag === 'object' ? 'data' : 'src', file);
				document.body.append(element);
				return Promise.race([done, new Promise((resolve) => setTimeout(resolve, 1000))]);
			});
			await Promise.all(loaded);
		}, url);
		// A script that is going to run has had its turn once another page has been fetched and shown.
		await frames.reload();
		return seen;
	} finally {
		await context.close();
	}
}

test('nothing in an uploaded file runs, opened or embedded', async () => {
	const ways = [...Object.values(urls), ...['image.jpg', 'polyglot.html'].map((name) => `${urls[name]}?thumb=10x10`)];
	assert.deepEqual(
		await Promise.all(ways.map((url) => runs(url))),
		ways.map(() => false),
		ways.join('\n')
	);
});

test('nor does it where a page is shown that should have been saved', async () => {
	const ways = ['page.html', 'page.xhtml', 'image.svg', 'late.html'].map((name) => runs(urls[name] ?? '', ['content-disposition']));
	assert.deepEqual(await Promise.all(ways), [false, false, false, false]);
});

test('without these headers it would', async () => {
	const bare = ['content-disposition', 'content-security-policy'];
	assert.equal(await runs(urls['page.html'] ?? '', bare), true);
	assert.equal(await runs(urls['image.svg'] ?? '', bare), true);
});
