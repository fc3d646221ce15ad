import { readSettings } from '$lib/api/settings';
import { showAccent } from '$lib/theme/accent';

/** Screens that are there to make or replace collections. */
const CHANGING = /^#\/(new-collection|settings\/(export|import))\b/;

/**
 * The settings ask that accidents be made harder: ways to make, change and delete collections are out of sight, and
 * saving takes a press more (`Unlock`). Whatever shows such a way asks here.
 */
class Guard {
	on = $state(false);

	async load(): Promise<void> {
		try {
			const { meta } = await readSettings();
			this.on = meta.hideControls;
			showAccent(meta.accentColor);
		} catch {
			// No permission, only a help: without the settings everything is in sight.
		}
	}

	/** Whether a link to there is out of sight. */
	hides(href: string | undefined): boolean {
		return this.on && href !== undefined && CHANGING.test(href);
	}
}

export const guard = new Guard();
