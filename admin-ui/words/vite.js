import { hasWords } from './files.js';
import { transform } from './transform.js';

/** Makes the source speak the chosen language while it is built. @returns {import('vite').Plugin} */
export function words() {
	return {
		name: 'words',
		enforce: 'pre',
		transform(source, id) {
			if (!hasWords(id)) return undefined;
			const done = transform(source, id);
			return done && { code: done.code, map: done.map };
		}
	};
}
