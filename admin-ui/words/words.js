// `npm run words` brings the catalogues up to the source: new texts come in empty, unused ones go.
// `npm run words -- --check` changes nothing, and fails where there is something to do.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { extract, root } from './files.js';

/** Languages beside English, which stands in the source. */
const LANGUAGES = ['de'];

/** More are counted, not listed. */
const MOST_SHOWN = 60;

const check = process.argv.includes('--check');
const found = extract();
/** @type {string[]} */
const faults = [];

for (const language of LANGUAGES) {
	const file = path.join(root, 'src/lib/words', `${language}.json`);
	/** @type {Record<string, string>} */
	const known = JSON.parse(readFileSync(file, 'utf8'));
	/** @type {Record<string, string>} */
	const now = {};
	for (const key of [...found.keys()].sort()) now[key] = known[key] ?? '';
	for (const [key, text] of Object.entries(now)) {
		const fault = text === '' ? `has no text in "${language}"` : faultOf(key, text);
		if (fault) faults.push(`${JSON.stringify(key)} ${fault} (${found.get(key)?.[0]})`);
	}
	const unused = Object.keys(known).filter((key) => !found.has(key));
	if (check) faults.push(...unused.map((key) => `${JSON.stringify(key)} is in ${language}.json, but not in the source any more`));
	else writeFileSync(file, JSON.stringify(now, null, '\t') + '\n');
	console.log(`${language}: ${found.size} texts, ${unused.length} no longer used`);
}

for (const fault of faults.slice(0, MOST_SHOWN)) console.error(fault);
if (faults.length > 0) {
	console.error(`\n${faults.length} to do: "npm run words" brings src/lib/words/*.json up to the source; then fill in what is empty.`);
	process.exitCode = 1;
}

/** What a translation must share with its source: places, and the number of its forms. @param {string} key @param {string} text */
function faultOf(key, text) {
	const places = (/** @type {string} */ of) => [...new Set(of.match(/\{\d+\}|<\d+\/?>/g))].sort().join(' ');
	if (places(key) !== places(text)) return `has other places than "${text}"`;
	if (key.split(' | ').length > 1 && text.split(' | ').length < 2) return `needs its forms for one and for many, split by " | "`;
	return /^\s/.test(key) !== /^\s/.test(text) || /\s$/.test(key) !== /\s$/.test(text) ? 'has other spaces at its ends' : undefined;
}
