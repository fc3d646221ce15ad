import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { audit, base, useDashboard } from './support/dashboard.js';
import { picture } from './support/picture.js';

const dashboard = useDashboard();
const root = fileURLToPath(new URL('../..', import.meta.url));
/** The clients the samples import, as they are installed for their own tests. */
const CLIENTS = { pocketbase: `${root}tests/sdk/node_modules/pocketbase/dist/pocketbase.es.mjs`, cratebase: `${root}sdk/js/dist/index.js` };
/** As the samples name them. */
const [RECORD, TARGET] = ['k3x9a7q2m5w8r1t', 'r1t8w5m2q7a9x3k'];
/** Of these a sample needs what only a mail or another service knows. */
const FOREIGN = ['Sign in: one-time code', 'Sign in: other services', 'Verification', 'Password reset', 'Change of address'];
let home = '';

/** Once, before the first that needs it: the dashboard's own hook has to come first. @type {Promise<void> | undefined} */
let prepared;
const ready = () => (prepared ??= prepare());

async function prepare() {
	const { api } = dashboard.current;
	home = await mkdtemp(path.join(os.tmpdir(), 'samples-'));
	await writeFile(path.join(home, 'photo.png'), Buffer.from(await picture(3).arrayBuffer()));
	await api.send('PATCH', '/api/settings', { batch: { enabled: true, maxRequests: 50, timeout: 3, maxBodySize: 0 } });
	const { id: targets } = await api.send('POST', '/api/collections', {
		name: 'sample_targets',
		type: 'base',
		fields: [{ name: 'title', type: 'text' }]
	});
	await api.send('POST', '/api/collections', {
		name: 'samples',
		type: 'base',
		fields: [
			{ name: 'name', type: 'text', required: true, min: 8, max: 20 },
			{ name: 'price', type: 'number', max: 10 },
			{ name: 'sold', type: 'bool' },
			{ name: 'kind', type: 'select', values: ["it's $5", 'new'], maxSelect: 1 },
			{ name: 'tags', type: 'select', values: ['a', 'b', 'c'], maxSelect: 3 },
			{ name: 'target', type: 'relation', collectionId: targets, maxSelect: 1 },
			{ name: 'targets', type: 'relation', collectionId: targets, maxSelect: 3 },
			{ name: 'photo', type: 'file', maxSelect: 1 },
			{ name: 'text', type: 'editor' },
			{ name: 'site', type: 'url' },
			{ name: 'mail', type: 'email' },
			{ name: 'at', type: 'date' },
			{ name: 'more', type: 'json' },
			{ name: 'place', type: 'geoPoint' },
			{ name: 'secret', type: 'password', required: true },
			{ name: 'created', type: 'autodate', onCreate: true }
		]
	});
	await api.send('POST', '/api/collections', { name: 'sample_people', type: 'auth', fields: [{ name: 'name', type: 'text' }] });
	await api.send('POST', '/api/collections/sample_targets/records', { id: TARGET, title: 'One' });
}

after(async () => {
	for (const name of ['samples', 'sample_targets', 'sample_people']) {
		await dashboard.current.api.send('DELETE', `/api/collections/${name}`).catch(() => {});
	}
	await dashboard.current.api.send('PATCH', '/api/settings', { batch: { enabled: false, maxRequests: 50, timeout: 3, maxBodySize: 0 } });
	await rm(home, { recursive: true, force: true });
});

/** The collection as every sample finds it: with the record they name, and nothing in the way of a new one. @param {string} name */
async function reset(name) {
	await ready();
	const { api } = dashboard.current;
	const { items } = await api.send('GET', `/api/collections/${name}/records?perPage=500`);
	for (const { id } of items) await api.send('DELETE', `/api/collections/${name}/records/${id}`);
	const password = { password: 'correct-horse-9', passwordConfirm: 'correct-horse-9' };
	await api.send(
		'POST',
		`/api/collections/${name}/records`,
		name === 'sample_people'
			? { id: RECORD, name: 'Ada', email: 'kim@example.com', ...password }
			: { id: RECORD, name: 'lamp long', price: 9, sold: true, kind: 'new', secret: 'open-sesame' }
	);
}

/** Takes the account out of the way of a sample that makes it. */
const makeRoom = () =>
	dashboard.current.api.send('PATCH', `/api/collections/sample_people/records/${RECORD}`, { email: 'other@example.com' });

/**
 * Every sample of a collection in one language, by topic.
 *
 * @param {string} collection
 * @param {string} language
 * @returns {Promise<{ title: string, sample: string }[]>}
 */
async function samplesOf(collection, language) {
	await ready();
	const page = await dashboard.current.visit(`#/collections/${collection}/api`);
	await page.getByRole('radio', { name: language, exact: true }).check();
	const links = page.getByRole('navigation', { name: 'Topics' }).getByRole('link');
	const found = [];
	for (let i = 0; i < (await links.count()); i++) {
		await links.nth(i).click();
		const title = await links.nth(i).locator('span').first().innerText();
		await page.getByRole('heading', { name: title, level: 1, exact: true }).waitFor();
		found.push({ title, sample: await page.getByRole('region', { name: 'Sample', exact: true }).innerText() });
	}
	await page.context().close();
	return found;
}

for (const collection of ['samples', 'sample_people']) {
	test(`every curl line of ${collection} runs in a shell as it stands`, async () => {
		for (const { title, sample } of await samplesOf(collection, 'curl')) {
			if (title === 'Realtime') continue; // Its stream has no end: below.
			await reset(collection);
			if (collection === 'sample_people' && ['Create', 'Batch'].includes(title)) await makeRoom();
			if (title === 'Refresh the token') continue; // It wants the token of an account of its own: below.
			// The status of each, behind its answer.
			const script = sample.replace(/^curl /gm, "curl -sS -w '\\n%{http_code}\\n' ");
			const { stdout } = await promisify(execFile)('sh', ['-c', script], {
				cwd: home,
				env: { ...process.env, TOKEN: dashboard.current.token }
			});
			const statuses = stdout.match(/^\d{3}$/gm) ?? [];
			assert.ok(statuses.length >= 1, `${title}: ${stdout}`);
			// What only a mail knows is refused as what it is: wrong, not unreadable.
			if (FOREIGN.includes(title)) assert.doesNotMatch(stdout, /loading the submitted data|wasn't found|Something went wrong/, title);
			else assert.deepEqual([...new Set(statuses)], [title === 'Delete' ? '204' : '200'], `${title}: ${stdout}`);
		}
	});
}

test('the curl line of a refresh runs with the token of an account', async () => {
	await reset('sample_people');
	const { token } = await (
		await fetch(`${base}/api/collections/sample_people/auth-with-password`, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json' },
			body: JSON.stringify({ identity: 'kim@example.com', password: 'correct-horse-9' })
		})
	).json();
	const samples = await samplesOf('sample_people', 'curl');
	const { sample } = samples.find(({ title }) => title === 'Refresh the token') ?? { sample: '' };
	const { stdout } = await promisify(execFile)('sh', ['-c', sample.replace('curl ', 'curl -sS ')], {
		env: { ...process.env, TOKEN: token }
	});
	assert.ok(JSON.parse(stdout).token);
});

/** A page of this server without the dashboard's policy, for programs. */
async function pageForPrograms() {
	const page = await dashboard.current.visit('', { guest: true });
	await page.goto(`${base}/api/health`);
	await page.route('**/lib/*', async (route) => {
		const name = new URL(route.request().url()).pathname.split('/').at(-1) ?? '';
		const file = name === 'pocketbase.js' ? CLIENTS.pocketbase : path.join(path.dirname(CLIENTS.cratebase), name);
		const source = await readFile(file, 'utf8');
		await route.fulfill({
			contentType: 'text/javascript',
			body: source.replaceAll(/from (['"])pocketbase\1/g, `from '${base}/lib/pocketbase.js'`)
		});
	});
	return page;
}

for (const [language, client] of /** @type {const} */ ([
	['JavaScript', 'pb'],
	['Cratebase', 'cb']
])) {
	test(`every ${language} sample runs as it stands`, async () => {
		const page = await pageForPrograms();
		for (const collection of ['samples', 'sample_people']) {
			for (const { title, sample } of await samplesOf(collection, language)) {
				if (FOREIGN.includes(title)) continue;
				await reset(collection);
				if (collection === 'sample_people' && ['Create', 'Batch'].includes(title)) await makeRoom();
				const session =
					title === 'Refresh the token'
						? `await ${client}.collection('sample_people').authWithPassword('kim@example.com', 'correct-horse-9');`
						: `${client}.authStore.save(${JSON.stringify(dashboard.current.token)}, { id: 'x', collectionName: '_superusers' });`;
				const program = sample
					.replace(/from 'pocketbase'/, `from '${base}/lib/pocketbase.js'`)
					.replace(/from 'cratebase'/, `from '${base}/lib/index.js'`)
					.replace(/^const (pb|cb) = .*$/m, `$&\n${session}`);
				const failure = await page.evaluate(
					(program) =>
						import(URL.createObjectURL(new Blob([program], { type: 'text/javascript' }))).then(
							() => '',
							(thrown) => `${thrown} ${JSON.stringify(thrown.response ?? {})}`
						),
					program
				);
				assert.equal(failure, '', `${collection}, ${title}:\n${program}`);
			}
		}
		await page.context().close();
	});
}

test('bodies are told field by field, answers by their status', async () => {
	await ready();
	const page = await dashboard.current.visit('#/collections/samples/api?topic=create');
	const body = page.getByRole('region', { name: 'Body' });
	await body.getByText("One of: it's $5, new").waitFor();
	await body.getByText('The id of a record of sample_targets').waitFor();
	assert.match(await body.locator('div', { hasText: 'secret' }).last().innerText(), /required/);
	const answers = page.getByRole('region', { name: 'Answers' });
	await answers.getByText('The rule is locked, and the caller is no superuser.').click();
	await page.getByRole('region', { name: 'Sample answer 403' }).getByText('Only superusers can perform this action.').waitFor();
	await page.getByRole('radio', { name: 'Dart' }).check();
	assert.match(await page.getByRole('region', { name: 'Sample', exact: true }).innerText(), /"kind": "it's \\\$5"/);
	await audit(page);
});
