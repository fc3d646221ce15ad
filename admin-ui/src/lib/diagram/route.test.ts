import { describe, expect, it } from 'vitest';
import { route } from './route';

const left = { x: 0, y: 100, width: 100, height: 80 };
const middle = { x: 200, y: 50, width: 100, height: 300 };
const right = { x: 400, y: 100, width: 100, height: 80 };
const from = { x: 100, y: 140, side: 1 as const };
const to = { x: 400, y: 118, side: -1 as const };
const numbers = (path: string) => path.match(/-?[\d.]+/g)?.map(Number) ?? [];

describe('lines of the diagram', () => {
	it('are curves where nothing lies between', () => {
		expect(route(from, to, [], [left, right], 0)).toMatch(/^M100,140C/);
	});

	it('go around what lies between', () => {
		const path = route(from, to, [middle], [left, right], 0);
		expect(path).not.toContain('C');
		const all = numbers(path);
		const points = all.flatMap((x, i) => (i % 2 === 0 ? [{ x, y: all[i + 1] ?? 0 }] : []));
		expect(points[0]).toEqual({ x: 100, y: 140 });
		expect(points.at(-1)).toEqual({ x: 400, y: 118 });
		for (const { x, y } of points) {
			const inside = x > middle.x && x < middle.x + middle.width && y > middle.y && y < middle.y + middle.height;
			expect(inside, `${x},${y}`).toBe(false);
		}
		// Above is nearer than below.
		expect(Math.min(...points.map(({ y }) => y))).toBe(middle.y - 14);
	});

	it('that go the same way keep apart', () => {
		expect(route(from, to, [middle], [left, right], 0)).not.toBe(route(from, to, [middle], [left, right], 1));
	});
});
