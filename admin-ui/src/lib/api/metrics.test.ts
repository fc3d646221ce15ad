import { expect, test } from 'vitest';
import { boundOf, parseMetrics, sumOf } from './metrics';

const TEXT = `# HELP x_total Things.
# TYPE x_total counter
x_total{method="GET",status="2xx"} 7
x_total{method="PO\\"ST",status="5xx"} 2
lat_bucket{le="0.001"} 0
lat_bucket{le="0.005"} 60
lat_bucket{le="1"} 97
lat_bucket{le="+Inf"} 100
lat_count 100
memory_bytes 7.2e7
`;

test('lines are read with their labels, comments are not', () => {
	const samples = parseMetrics(TEXT);
	expect(samples).toHaveLength(8);
	expect(sumOf(samples, 'x_total')).toBe(9);
	expect(sumOf(samples, 'x_total', ({ status }) => status === '5xx')).toBe(2);
	expect(sumOf(samples, 'memory_bytes')).toBe(72_000_000);
	expect(sumOf(samples, 'unknown')).toBeUndefined();
});

test('a share of a histogram is told by the edge it stays under', () => {
	const samples = parseMetrics(TEXT);
	expect(boundOf(samples, 'lat', 0.5)).toBe(0.005);
	expect(boundOf(samples, 'lat', 0.95)).toBe(1);
	expect(boundOf(samples, 'lat', 0.99)).toBe(Infinity);
	expect(boundOf(parseMetrics('lat_bucket{le="+Inf"} 0'), 'lat', 0.5)).toBeUndefined();
});
