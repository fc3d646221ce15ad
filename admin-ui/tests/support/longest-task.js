/**
 * The longest the page's main thread was busy in one piece while `act` ran, in milliseconds of its own processor time:
 * a machine that is busy with other things makes a page wait, but no slower.
 *
 * @param {import('playwright-core').Page} page
 * @param {() => Promise<unknown>} act
 * @returns {Promise<number>}
 */
export async function longestTask(page, act) {
	const browser = page.context().browser();
	if (!browser) throw new Error('The page has no browser to trace.');
	// What ended before is none of it.
	await settled(page);
	await browser.startTracing(page, { categories: ['__metadata', 'disabled-by-default-devtools.timeline'] });
	await act();
	await settled(page);
	/** @type {{ traceEvents: { name: string, pid: number, tid: number, dur?: number, tdur?: number, args?: { name?: string } }[] }} */
	const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
	const mains = new Set(
		traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(({ pid, tid }) => `${pid}:${tid}`)
	);
	const tasks = traceEvents.filter(({ name, pid, tid }) => name === 'RunTask' && mains.has(`${pid}:${tid}`));
	if (tasks.length === 0) throw new Error('The trace has no tasks of the page.');
	return Math.max(...tasks.map(({ dur = 0, tdur = dur }) => tdur)) / 1000;
}

/** @param {import('playwright-core').Page} page */
const settled = (page) => page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))));
