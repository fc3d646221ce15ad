import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { root } from './files.js';
import { CODE, codes, SENTENCES, serverSources } from './server.js';

/** @type {Record<string, string>} */
const german = JSON.parse(readFileSync(`${root}/src/lib/words/de.json`, 'utf8'));

/** Of people who run the server, or start a request by hand: nobody reads them in the dashboard. */
const ELSEWHERE =
	/^(There is no (data directory|superuser)|This is an address for WebSockets|The superuser .* already exists|Must be \{expected\}|An id has|Other\b)/;

test('every code of the server has words', () => {
	const all = codes();
	expect(all.length).toBeGreaterThan(90);
	expect(all.filter((code) => !german[code + CODE])).toEqual([]);
});

test('every sentence the server’s source has for a property or a whole answer is known', () => {
	/** @param {string} text */
	const shape = (text) =>
		text
			.replace(/"\{0\}"/g, '{0}')
			.replace(/\[\{0\}\]/g, '{0}')
			.replace(/[.]$/, '');
	const known = new Set(SENTENCES.map(shape));
	/** @type {string[]} */
	const missing = [];
	for (const sentence of spoken()) {
		const plain = shape(
			sentence
				.replace(/\\"/g, '"')
				.replace(/\s*\\n\s*/g, ' ')
				.replace(/\s+/g, ' ')
		);
		let places = 0;
		const keyed = plain.replace(/\{[^}]*\}/g, () => `{${places++}}`);
		// What is the same in all of them may be written out here.
		const fits = known.has(shape(keyed)) || [...known].some((one) => new RegExp(`^${escaped(one)}$`).test(plain));
		if (!fits && !ELSEWHERE.test(sentence)) missing.push(sentence);
	}
	expect(missing).toEqual([]);
});

/** @param {string} text */
const escaped = (text) => text.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\d\}/g, '.*');

/** @returns {Set<string>} */
function spoken() {
	const CALLS = [
		/"validation_\w+",\s*(?:format!\(\s*)?"((?:[^"\\]|\\.)*)"/g,
		/Error::(?:bad_request|forbidden|not_found|unauthorized|unavailable)\(\s*(?:format!\(\s*)?"((?:[^"\\]|\\.)*)"/g,
		/let message =\s*(?:\|[^|]*\| )?(?:format!\(\s*)?"((?:[^"\\]|\\.)*)"/g
	];
	const found = new Set();
	for (const source of serverSources())
		for (const call of CALLS)
			for (const [, text = ''] of source.matchAll(call)) if (/^\W*\p{Lu}.* /u.test(text) && !text.startsWith('{')) found.add(text);
	return found;
}
