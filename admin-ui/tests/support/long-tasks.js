/** Notes how long the page is kept from drawing; given to `visit` as its script. */
export function watchLongTasks() {
	const page = /** @type {any} */ (window);
	page.longTasks = [];
	new PerformanceObserver((list) => page.longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
		type: 'longtask'
	});
}

/**
 * The longest tasks since the last time, in milliseconds.
 *
 * @param {import('playwright-core').Page} page
 * @returns {Promise<number[]>}
 */
export function longTasks(page) {
	return page.evaluate(async () => {
		// What has just ended is told a turn later.
		await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
		const watched = /** @type {any} */ (window);
		const found = watched.longTasks;
		watched.longTasks = [];
		return found;
	});
}
