import { readFileSync } from 'node:fs';
import adapter from '@sveltejs/adapter-static';
import { externalBoot } from './external-boot.js';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

/** @type {import('@sveltejs/kit').Config} */
export default {
	compilerOptions: {
		runes: ({ filename }) => (filename.includes('node_modules') ? undefined : true)
	},
	kit: {
		adapter: externalBoot(adapter({ pages: 'build', assets: 'build' })),
		// index.html is the only document: every screen is a hash route, because stored mails link to /_/#/….
		router: { type: 'hash' },
		paths: { base: '/_', relative: false },
		// Not the time of the build: the same sources give the same files.
		version: { name: version }
	}
};
