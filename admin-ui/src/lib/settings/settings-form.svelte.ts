import { ApiError } from '$lib/api/error';
import { readSettings, saveSettings, type Settings } from '$lib/api/settings';
import { showAccent } from '$lib/theme/accent';
import { guard } from './guard.svelte';
import { secrets } from './secrets.svelte';
import { toasts } from '$lib/ui/toasts.svelte';

/** Some of the server's settings, being changed. Only the page's own are sent: two pages do not undo one another. */
export class SettingsForm {
	/** As written on the page; undefined until the stored ones are there. */
	draft = $state<Settings>();
	/** Messages by path: `smtp.host`. */
	errors = $state.raw<Record<string, string>>({});
	/** A message that belongs to no control. */
	failure = $state('');
	/** They could not even be read. */
	unread = $state.raw<ApiError>();
	saving = $state(false);
	#stored = $state.raw('');
	readonly #keys: (keyof Settings)[];

	/** Settings with a secret among them. */
	static readonly #SECRET: (keyof Settings)[] = ['smtp', 's3', 'backups'];

	constructor(keys: (keyof Settings)[]) {
		this.#keys = keys;
		void this.load();
	}

	dirty = $derived.by(() => this.draft !== undefined && JSON.stringify(this.#own(this.draft)) !== this.#stored);

	async load(): Promise<void> {
		this.unread = undefined;
		try {
			this.#take(await readSettings());
		} catch (thrown) {
			this.unread = ApiError.from(thrown);
		}
	}

	async save(): Promise<boolean> {
		if (!this.draft || this.saving) return false;
		this.saving = true;
		this.errors = {};
		this.failure = '';
		try {
			this.#take(await saveSettings(this.#own(this.draft)));
			toasts.show('Settings saved.');
			return true;
		} catch (thrown) {
			const error = ApiError.from(thrown);
			this.errors = error.paths();
			this.failure = error.message;
			return false;
		} finally {
			this.saving = false;
		}
	}

	reset(): void {
		if (!this.draft) return;
		Object.assign(this.draft, JSON.parse(this.#stored));
		this.errors = {};
		this.failure = '';
	}

	#take(settings: Settings): void {
		this.#stored = JSON.stringify(this.#own(settings));
		this.draft = settings;
		if (this.#keys.some((key) => SettingsForm.#SECRET.includes(key))) void secrets.load();
		guard.on = settings.meta.hideControls;
		showAccent(settings.meta.accentColor);
	}

	#own(settings: Settings): Partial<Settings> {
		return Object.fromEntries(this.#keys.map((key) => [key, settings[key]]));
	}
}
