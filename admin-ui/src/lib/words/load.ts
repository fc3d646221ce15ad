import { language, type Language } from './language';
import { speak, type Catalogue } from './words';

/** English is what the source says. */
const CATALOGUES: Partial<Record<Language, () => Promise<{ default: Catalogue }>>> = { de: () => import('./de.json') };

/** Fetches the words of the language in use. Without them the dashboard speaks English rather than nothing. */
export async function loadWords(): Promise<void> {
	const found = await CATALOGUES[language]?.().catch(() => undefined);
	if (found) speak(found.default);
	document.documentElement.lang = found ? language : 'en';
}
