import { shared } from '$lib/shared/shared.svelte';

/** What this server is for, in a word: shown to everybody who works on it. */
export interface Environment {
	name: string;
	tone: Tone;
}

export const TONES = [
	{ value: 'good', label: 'Green' },
	{ value: 'accent', label: 'Blue' },
	{ value: 'warn', label: 'Amber' },
	{ value: 'danger', label: 'Red' }
] as const;
export type Tone = (typeof TONES)[number]['value'];

const KEY = 'environment';
const isTone = (tone: unknown): tone is Tone => TONES.some(({ value }) => value === tone);

/** The document, as far as it is one: others may have written it. */
export function environmentOf(): Environment | undefined {
	const found = shared.document(KEY);
	if (typeof found !== 'object' || found === null || !('name' in found) || typeof found.name !== 'string' || found.name === '')
		return undefined;
	return { name: found.name, tone: 'tone' in found && isTone(found.tone) ? found.tone : 'accent' };
}

export const saveEnvironment = (next: Environment | undefined): Promise<boolean> => shared.change(KEY, () => next ?? null);
