import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vitest/config';
import { words } from './words/vite.js';

// `npm run dev` talks to a running server; its address comes from the environment.
const server = process.env.CRATEBASE_URL ?? 'http://127.0.0.1:8090';

export default defineConfig({
	plugins: [words(), sveltekit()],
	// Modules that need no page; what people see is read by the specs in tests/.
	test: { include: ['src/**/*.test.ts', 'words/*.test.js'], env: { TZ: 'America/New_York' } },
	server: { proxy: { '/api': server } },
	// A catalogue is one object, and quicker to read as text than as code.
	json: { stringify: true },
	build: {
		// light-dark(), oklch() and CSS nesting are used as they are.
		target: ['chrome125', 'firefox128', 'safari17.5'],
		// Data URLs would need wider policies than 'self'.
		assetsInlineLimit: 0,
		reportCompressedSize: false
	}
});
