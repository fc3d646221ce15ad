import { locale } from '$lib/words/language';

const ANY = new Intl.ListFormat(locale, { type: 'disjunction' });

/** "Email or username". */
export const oneOf = (words: string[]) => ANY.format(words);
