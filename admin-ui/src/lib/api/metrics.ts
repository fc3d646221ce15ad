import { client } from './client';

/** One line of the server's numbers: a name, what tells it apart from others of the name, its value. */
export interface Sample {
	name: string;
	labels: Record<string, string>;
	value: number;
}

export const readMetrics = async (signal?: AbortSignal): Promise<Sample[]> => parseMetrics(await client.text('/api/metrics', { signal }));

const LINE = /^([\w:]+)(?:\{(.*)\})? (\S+)/;
const LABEL = /(\w+)="((?:\\.|[^"\\])*)"/g;

/** The text form Prometheus reads; comments and lines of another shape are passed over. */
export function parseMetrics(text: string): Sample[] {
	return text.split('\n').flatMap((line) => {
		const [, name, labels = '', value] = LINE.exec(line) ?? [];
		if (!name) return [];
		return [{ name, labels: Object.fromEntries([...labels.matchAll(LABEL)].map(([, key, text]) => [key, text])), value: Number(value) }];
	});
}

/** The value of a name without labels, or the sum of all that pass. */
export function sumOf(
	samples: Sample[],
	name: string,
	passes: (labels: Record<string, string>) => boolean = () => true
): number | undefined {
	const some = samples.filter((one) => one.name === name);
	if (some.length === 0) return undefined;
	return some.filter(({ labels }) => passes(labels)).reduce((sum, { value }) => sum + value, 0);
}

/**
 * The bound that `share` of all observations of a histogram stay under, in its unit: the upper edge of a bucket.
 * Undefined while there are none; Infinity beyond the last edge.
 */
export function boundOf(samples: Sample[], name: string, share: number): number | undefined {
	const buckets = samples
		.filter((one) => one.name === `${name}_bucket`)
		.map(({ labels, value }) => ({ edge: labels['le'] === '+Inf' ? Infinity : Number(labels['le']), value }))
		.sort((a, b) => a.edge - b.edge);
	const all = buckets.at(-1)?.value ?? 0;
	return all > 0 ? buckets.find(({ value }) => value >= all * share)?.edge : undefined;
}
