import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const INLINE_SCRIPT = /<script>([\s\S]*?)<\/script>/g;

/**
 * Wraps an adapter and moves every inline script of the built index.html into a file of its own,
 * so that the page runs under `script-src 'self'`. A hash in the policy was rejected: the server
 * would have to learn a new policy with each build.
 *
 * @param {import('@sveltejs/kit').Adapter} inner
 * @returns {import('@sveltejs/kit').Adapter}
 */
export function externalBoot(inner) {
	return {
		...inner,
		name: 'external-boot',
		async adapt(builder) {
			await inner.adapt(builder);
			const { base, assets } = builder.config.kit.paths;
			const page = path.join('build', 'index.html');
			let html = await readFile(page, 'utf8');
			for (const [whole, code] of [...html.matchAll(INLINE_SCRIPT)]) {
				const digest = createHash('sha256').update(code).digest('base64url').slice(0, 8);
				const name = `${builder.config.kit.appDir}/immutable/boot.${digest}.js`;
				await writeFile(path.join('build', name), code.trim() + '\n');
				// Neither module nor deferred: SvelteKit asks for document.currentScript.
				html = html.replace(whole, () => `<script src="${assets || base}/${name}"></script>`);
			}
			await writeFile(page, html);
			// Beside each file its .br and .gz, which are what the server embeds.
			await builder.compress('build');
		}
	};
}
