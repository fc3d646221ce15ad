import { readHealth } from '$lib/api/health';

const ASK_EVERY_MS = 1000;
/** The server answers for a moment more before it begins. */
const GRACE_MS = 3000;

/**
 * Waits for the server to come back with the data of a backup.
 *
 * @param token instead of the session's
 */
export async function comeBack(token?: string): Promise<void> {
	const begun = Date.now();
	for (;;) {
		await new Promise((next) => setTimeout(next, ASK_EVERY_MS));
		const health = await readHealth(token).catch(() => undefined);
		if (health && health.canBackup !== false && Date.now() - begun > GRACE_MS) return;
	}
}
