import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { serverKeys } from './server.js';
import { transform } from './transform.js';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Sources with words in them: everything but declarations, and the words themselves. */
export const hasWords = (/** @type {string} */ file) =>
	/\/src\/.+\.(svelte|ts)$/.test(file) && !/\.d\.ts$|\.test\.ts$|\/src\/lib\/words\//.test(file);

/** Every text for people in the source, with the places it stands in. @returns {Map<string, string[]>} */
export function extract() {
	const found = new Map();
	const names = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' }).toSorted();
	for (const name of names) {
		const file = path.join(root, 'src', name);
		if (!hasWords(file)) continue;
		const source = readFileSync(file, 'utf8');
		for (const { key, at } of transform(source, file)?.found ?? []) {
			const line = source.slice(0, at).split('\n').length;
			found.set(key, [...(found.get(key) ?? []), `src/${name}:${line}`]);
		}
	}
	for (const key of serverKeys()) found.set(key, ['words/server.js']);
	return found;
}
