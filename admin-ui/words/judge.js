// Which texts of the source are words for people, and which are code.

/** Whole strings that look like words and are none: keys, header names, names of classes. */
const CODE = new Set([
	'Enter',
	'Escape',
	'Tab',
	'Backspace',
	'Bearer',
	'Authorization',
	'Mod-Enter',
	'Polygon',
	'X-Forwarded-For',
	'X-Real-IP',
	'CF-Connecting-IP',
	'Fly-Client-IP'
]);

/** Attributes of elements that people read, or hear. What components get is judged as texts of scripts are, but for `unit`. */
export const READ_ATTRIBUTES = new Set([
	'title',
	'placeholder',
	'alt',
	'label',
	'aria-label',
	'aria-description',
	'aria-roledescription',
	'aria-valuetext'
]);

/** Attributes, of elements and components alike, that never hold words. */
export const CODE_ATTRIBUTES = new Set(
	'class style href src id for role rel type name value autocomplete pattern inputmode d viewBox method'.split(' ')
);

/** Functions whose texts are compared, looked up or parsed. */
export const CODE_CALLS = new Set(
	(
		'includes startsWith endsWith indexOf split join replace replaceAll match matchAll test exec has getItem setItem removeItem ' +
		'querySelector querySelectorAll getElementById closest matches matchMedia addEventListener removeEventListener getAttribute ' +
		'setAttribute append createElement createElementNS RegExp Set log warn debug dispatchEvent counted formOf style setProperty param MediaQuery ' +
		// What the server says in samples is what it says to programs.
		'refusal coded invalid isOff'
	).split(' ')
);

/** Elements whose text is code. */
export const CODE_ELEMENTS = new Set(['code', 'pre', 'kbd', 'samp', 'script', 'style', 'svg', 'path']);

/** Elements that can stand inside a sentence; the others end it. */
export const INLINE_ELEMENTS = new Set(
	'a abbr b bdi button cite code data em i kbd mark q s samp small span strong sub sup time u'.split(' ')
);

/** Text between tags: any letter will do. `{0}` and `<0>` are places, not letters. */
export const hasLetters = (/** @type {string} */ text) => /\p{L}/u.test(bare(text));

const bare = (/** @type {string} */ text) => text.replace(/\{\d+\}|<\/?\d+\/?>/g, '');

const SENTENCE = /^[\p{L}\p{M}\d\s{}.,:;!?'’“”"„…–—\-()/&%+#→·×~=<>|_]+$/u;
const SQL = /^(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|WITH|EXPLAIN|PRAGMA)\b/;

/**
 * A text in a script: words when it begins as a sentence does, or has several words of letters only.
 * A single word in small letters is taken for code; `say('word')` says otherwise.
 *
 * @param {string} text
 */
export function isWords(text) {
	const trimmed = text.trim();
	if (CODE.has(trimmed) || SQL.test(trimmed) || !/\p{Ll}/u.test(bare(trimmed))) return false;
	// CamelCase, Header-Names, alphabets, comments of code, lists of tags or fields.
	if (/^[A-Z][a-z]+([A-Z]\w*|(-[A-Z][A-Za-z]+)+)$|^\S{30,}$|^(#|\/\/|-\w )|^[a-z]\w*(, [a-z]\w*)+$/.test(trimmed)) return false;
	if (/[{;]\n|=> |\(\)|var\(|<\/?[a-z]|^(const|let|final|await) /m.test(trimmed)) return false;
	if (/^[“"'(…, ]*\p{Lu}/u.test(trimmed)) return true;
	return /(\p{L}|\{\d+\})[,;:]? ["“]?\p{L}{2,}|\p{L}{2,}[,;:]? (\p{L}|\{\d+\})/u.test(trimmed) && SENTENCE.test(trimmed);
}
