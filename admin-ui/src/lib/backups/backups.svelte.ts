import { createBackup, deleteBackup, listBackups, uploadBackup, type Backup } from '$lib/api/backup';
import { ApiError } from '$lib/api/error';
import { readHealth } from '$lib/api/health';

const ASK_EVERY_MS = 1500;
/** The server answers for a moment more before it begins. */
const GRACE_MS = 3000;

/** The backups there are, and the one that is being made. */
export class Backups {
	/** Newest first; undefined until read. */
	all = $state.raw<Backup[]>();
	error = $state.raw<ApiError>();
	/** What is under way, in words; `''` for nothing. */
	busy = $state('');
	/** What went wrong with the last deed. */
	failure = $state('');

	async load(): Promise<void> {
		this.error = undefined;
		try {
			this.all = (await listBackups()).sort((a, b) => b.modified.localeCompare(a.modified));
		} catch (thrown) {
			this.error = ApiError.from(thrown);
		}
	}

	/** Messages by field of the request, when it was refused for one. */
	async create(name: string): Promise<Record<string, string> | undefined> {
		return this.#do('A backup is being made…', () => createBackup(name));
	}

	upload = (file: File) => this.#do(`${file.name} is being uploaded…`, () => uploadBackup(file));

	remove = (key: string) => this.#do(`${key} is being deleted…`, () => deleteBackup(key));

	/** Waits for the server to come back with the other data. */
	async comeBack(): Promise<void> {
		const begun = Date.now();
		for (;;) {
			await new Promise((next) => setTimeout(next, ASK_EVERY_MS));
			const health = await readHealth().catch(() => undefined);
			if (health && health.canBackup !== false && Date.now() - begun > GRACE_MS) return;
		}
	}

	async #do(what: string, work: () => Promise<void>): Promise<Record<string, string> | undefined> {
		this.busy = what;
		this.failure = '';
		try {
			await work();
			await this.load();
			return undefined;
		} catch (thrown) {
			const error = ApiError.from(thrown);
			const fields = error.fields();
			this.failure = [error.message, ...Object.values(fields)].join(' ');
			return fields;
		} finally {
			this.busy = '';
		}
	}
}
