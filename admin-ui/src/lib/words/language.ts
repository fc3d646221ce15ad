/** The languages the dashboard speaks, by their own names. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

const KEY = 'cratebase.language';
const isLanguage = (tag: string | null | undefined): tag is Language => tag !== null && tag !== undefined && tag in LANGUAGES;
const base = (tag: string) => tag.split('-')[0] ?? tag;

/** What the browser asks for, best first. */
const wanted: readonly string[] = globalThis.navigator?.languages ?? [];

function stored(): Language | undefined {
	const tag = globalThis.localStorage?.getItem(KEY);
	return isLanguage(tag) ? tag : undefined;
}

/** What was chosen; undefined: as the browser. */
export const chosen: Language | undefined = stored();

/** The language in use, until the page is loaded again. */
export const language: Language = chosen ?? wanted.map(base).find(isLanguage) ?? 'en';

/** For dates and numbers: the language as it is written where the reader lives. */
export const locale: string = wanted.find((tag) => base(tag) === language) ?? language;

/** Loads the page again: texts are looked up once, wherever they stand. */
export function choose(next: Language | undefined): void {
	if (next) localStorage.setItem(KEY, next);
	else localStorage.removeItem(KEY);
	location.reload();
}
