import { test } from 'node:test';
import { audit, base, inspect, LOOKS, useDashboard } from './support/dashboard.js';
import { SCREENS } from './support/screens.js';

const dashboard = useDashboard();

for (const guest of [true, false]) {
	test(`every screen ${guest ? 'before' : 'after'} signing in stands an audit, light and dark, wide and on a phone`, async () => {
		const page = await dashboard.current.visit('#/nowhere', { guest });
		for (const { hash, ready } of SCREENS.filter((screen) => (screen.guest ?? false) === guest)) {
			await page.goto('about:blank');
			await page.goto(`${base}/_/${hash}`);
			await page.locator(ready).first().waitFor();
			for (const look of LOOKS) await inspect(page, look);
		}
		await audit(page);
	});
}
