import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { audit, base, superuser, useDashboard } from './support/dashboard.js';
import { serveBuild } from './support/serve-build.js';
import { startServer } from './support/server.js';

const dashboard = useDashboard();

test('the link of the installer creates a superuser and signs in', async () => {
	const { api, token } = dashboard.current;
	const page = await dashboard.current.visit(`#/pbinstall/${token}`, { guest: true });
	await page.getByLabel('Email').fill('first@example.com');
	await page.getByLabel('Password', { exact: true }).fill('ten-or-more-chars');
	await page.getByLabel('Password again', { exact: true }).fill('ten-or-more-chars');
	await page.getByRole('button', { name: 'Create and sign in' }).click();
	await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
	const { items } = await api.send('GET', `/api/collections/_superusers/records?filter=${encodeURIComponent("email='first@example.com'")}`);
	assert.equal(items.length, 1);
	await api.send('DELETE', `/api/collections/_superusers/records/${items[0].id}`);
	await page.context().close();
});

test('what is wrong stands at its field', async () => {
	const page = await dashboard.current.visit(`#/pbinstall/${dashboard.current.token}`, { guest: true });
	await page.getByLabel('Email').fill('nobody');
	await page.getByLabel('Password', { exact: true }).fill('short');
	await page.getByRole('button', { name: 'Create and sign in' }).click();
	await page.getByText('Enter an email address').waitFor();
	await page.getByText('Use at least 10 characters.').waitFor();
	await page.getByLabel('Password', { exact: true }).fill('long-enough-now');
	await page.getByLabel('Password again', { exact: true }).fill('something-else');
	await page.getByRole('button', { name: 'Create and sign in' }).click();
	await page.getByText('This is not the same password.').waitFor();
	await audit(page);
});

test('a link that is over says how to get another', async () => {
	const page = await dashboard.current.visit('#/pbinstall/eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.c2ln', { guest: true });
	await page.getByRole('heading', { name: 'This link is over' }).waitFor();
	await audit(page);
});

const { CRATEBASE_BIN = '', UI_FROM_BUILD } = process.env;

test('a new server begins with the backup of another, and its superusers sign in', { skip: CRATEBASE_BIN === '' }, async () => {
	const { api } = dashboard.current;
	const folder = await mkdtemp(path.join(os.tmpdir(), 'cratebase-backup-'));
	const fresh = await startServer(CRATEBASE_BIN);
	const front = UI_FROM_BUILD ? await serveBuild(fresh.base) : undefined;
	try {
		await api.send('POST', '/api/backups', { name: 'moved.zip' });
		const { token } = await api.send('POST', '/api/files/token');
		const file = path.join(folder, 'moved.zip');
		await writeFile(file, Buffer.from(await (await fetch(`${base}/api/backups/moved.zip?token=${token}`)).arrayBuffer()));
		await api.send('DELETE', '/api/backups/moved.zip');
		const noBackup = path.join(folder, 'not-one.zip');
		await writeFile(noBackup, 'nothing');

		const [, hash = ''] = /\/_\/(#\/pbinstall\/\S+)/.exec(fresh.said()) ?? [];
		const page = await dashboard.current.visit(hash, { guest: true, server: front?.base ?? fresh.base });
		await page.getByRole('button', { name: 'Begin with a backup instead' }).click();
		await page.getByRole('heading', { name: 'Begin with a backup' }).waitFor();
		await page.getByLabel('Backup', { exact: true }).setInputFiles(noBackup);
		await page.getByRole('button', { name: 'Restore this backup' }).click();
		await page.getByRole('alert').waitFor();
		await page.getByLabel('Backup', { exact: true }).setInputFiles(file);
		await page.getByRole('button', { name: 'Restore this backup' }).click();
		await page.getByRole('heading', { name: 'The backup is restored' }).waitFor({ timeout: 60_000 });
		await page.getByRole('link', { name: 'To the sign-in' }).click();
		await page.getByLabel('Email').fill(superuser.email);
		await page.getByLabel('Password', { exact: true }).fill(superuser.password);
		await page.keyboard.press('Enter');
		await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
		await page.getByRole('link', { name: 'products' }).first().waitFor();
		await audit(page);
	} finally {
		front?.close();
		await fresh.stop();
		await rm(folder, { recursive: true, force: true });
	}
});
