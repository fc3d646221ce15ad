import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { audit, useDashboard } from './support/dashboard.js';
import { longestTask } from './support/longest-task.js';

const ROWS = 100_000;
const MOST_MS = 100;
const TRIES = 4;
const dashboard = useDashboard();

after(() => dashboard.current.api.send('DELETE', '/api/collections/ledger').catch(() => {}));

test('a table of 100,000 rows scrolls, sorts and filters without holding the page', async () => {
	const { api } = dashboard.current;
	await api.send('POST', '/api/collections', {
		name: 'ledger',
		type: 'base',
		fields: [
			...Array.from({ length: 12 }, (_, i) => ({ name: `text_${i}`, type: 'text' })),
			...Array.from({ length: 6 }, (_, i) => ({ name: `number_${i}`, type: 'number' })),
			{ name: 'state', type: 'select', values: ['open', 'paid', 'late'], maxSelect: 1 }
		],
		indexes: ['CREATE INDEX `ledger_number_0` ON `ledger` (`number_0`)']
	});
	const columns = Array.from({ length: 12 }, (_, i) => `text_${i}`).join(', ');
	const texts = Array.from({ length: 12 }, (_, i) => `'Entry ' || i || ' of ${i}'`).join(', ');
	await api.send('POST', '/api/sql', {
		query: `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
			INSERT INTO ledger (id, ${columns}, number_0, state) SELECT printf('row%012d', i), ${texts}, i % 997, 'paid' FROM n`
	});
	const page = await dashboard.current.visit('#/collections/ledger?perPage=200');
	const rows = page.locator('tbody tr[data-line]');
	await rows.first().waitFor();

	/**
	 * The best of a few: the first time something is run it is also compiled.
	 *
	 * @param {string} what
	 * @param {(round: number) => Promise<unknown>} act
	 */
	async function smooth(what, act) {
		let best = Infinity;
		for (let round = 0; round < TRIES && best > MOST_MS; round++) {
			best = Math.min(best, await longestTask(page, () => act(round)));
		}
		assert.ok(best <= MOST_MS, `${what} kept the page busy for ${best} ms`);
	}

	await smooth('scrolling', () =>
		page.evaluate(async () => {
			const list = [...document.querySelectorAll('.scroll')].find((one) => one.scrollHeight > one.clientHeight + 100);
			if (!list) throw new Error('nothing scrolls');
			for (let at = 0; at < list.scrollHeight; at += 400) {
				list.scrollTop = at;
				await new Promise((drawn) => requestAnimationFrame(drawn));
			}
			list.scrollTop = 0;
		})
	);
	const answered = () => page.waitForResponse((answer) => answer.url().includes('/ledger/records') && answer.url().includes('skipTotal'));
	await smooth('sorting', async () => {
		const answer = answered();
		await page.getByRole('columnheader', { name: 'number_0' }).getByRole('link').click();
		await answer;
		await rows.first().waitFor();
	});
	await smooth('filtering', async (round) => {
		const answer = answered();
		const box = page.getByRole('main').getByRole('search').locator('input').first();
		await box.fill(`number_0 > ${500 + round}`);
		await box.press('Enter');
		await answer;
		await rows.first().waitFor();
	});
	await audit(page);
});
