import { readSettings } from '$lib/api/settings';

/** The settings ask that accidents be made harder: what changes collections is out of sight, saving takes a press more. */
class Guard {
	on = $state(false);

	async load(): Promise<void> {
		try {
			this.on = (await readSettings()).meta.hideControls;
		} catch {
			// No permission, only a help: without the settings everything is in sight.
		}
	}
}

export const guard = new Guard();
