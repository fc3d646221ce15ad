import { createBackup, deleteBackup, listBackups, uploadBackup, type Backup } from '$lib/api/backup';
import { ApiError } from '$lib/api/error';
import { readHealth, type Health } from '$lib/api/health';

const LOOK_EVERY_MS = 4000;

/** The backups there are, and the one that is being made. */
export class Backups {
	/** Newest first; undefined until read. */
	all = $state.raw<Backup[]>();
	error = $state.raw<ApiError>();
	/** What is under way, in words; `''` for nothing. */
	busy = $state('');
	/** A backup or a restore is under way that did not begin here. */
	elsewhere = $state(false);
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

	/** Asks now and then whether somebody else, or the clock, is at it; to be called in an effect. */
	watch(): () => void {
		const timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
		void this.#look();
		return () => clearInterval(timer);
	}

	async #look(): Promise<void> {
		if (this.busy !== '' || document.hidden) return;
		const { canBackup } = await readHealth().catch((): Health => ({}));
		if (canBackup === undefined || this.busy !== '') return;
		const before = this.elsewhere;
		this.elsewhere = !canBackup;
		if (before && canBackup) await this.load();
	}

	/** Messages by field of the request, when it was refused for one. */
	async create(name: string): Promise<Record<string, string> | undefined> {
		return this.#do('A backup is being made…', () => createBackup(name));
	}

	upload = (file: File) => this.#do(`${file.name} is being uploaded…`, () => uploadBackup(file));

	remove = (key: string) => this.#do(`${key} is being deleted…`, () => deleteBackup(key));

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
