/** What was chosen; `system` follows the operating system. */
export type Theme = 'system' | 'light' | 'dark';

/** Known to static/theme.js as well, which runs before the first paint. */
const KEY = 'cratebase.theme';

class ThemeChoice {
	#chosen = $state<Theme>(read());

	constructor() {
		addEventListener('storage', (event) => {
			if (event.key === KEY || event.key === null) this.#show(read());
		});
	}

	get chosen(): Theme {
		return this.#chosen;
	}

	set chosen(theme: Theme) {
		if (theme === 'system') localStorage.removeItem(KEY);
		else localStorage.setItem(KEY, theme);
		this.#show(theme);
	}

	#show(theme: Theme): void {
		this.#chosen = theme;
		if (theme === 'system') delete document.documentElement.dataset['theme'];
		else document.documentElement.dataset['theme'] = theme;
	}
}

function read(): Theme {
	const stored = localStorage.getItem(KEY);
	return stored === 'light' || stored === 'dark' ? stored : 'system';
}

export const theme = new ThemeChoice();
