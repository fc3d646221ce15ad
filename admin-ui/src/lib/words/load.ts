import { language, type Language } from './language';
import { speak, type Catalogue } from './words';

/** English is what the source says. */
const CATALOGUES: Partial<Record<Language, () => Promise<{ default: Catalogue }>>> = { de: () => import('./de.json') };

/** A single letter stays with what follows its hyphen: "E-Mail" is never put on two lines. */
const unbroken = (text: string) => text.replace(/(?<!\p{L})(\p{Lu})-(?=\p{L})/gu, '$1\u2011');

/** Fetches the words of the language in use. Without them the dashboard speaks English rather than nothing. */
export async function loadWords(): Promise<void> {
	const found = await CATALOGUES[language]?.().catch(() => undefined);
	if (found) speak(Object.fromEntries(Object.entries(found.default).map(([key, text]) => [key, unbroken(text)])));
	document.documentElement.lang = found ? language : 'en';
}
