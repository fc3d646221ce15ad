/** What a line must not pass behind. */
export interface Area {
	x: number;
	y: number;
	width: number;
	height: number;
}

/** Where a line begins or ends, and to which side it leaves: 1 for the right. */
export interface End {
	x: number;
	y: number;
	side: 1 | -1;
}

/** Lines keep this far from boxes they pass. */
const CLEAR = 14;
/** Lines turn this far from where they begin and end, each a little elsewhere so that they can be told apart. */
const TURN = 18;
const LANES = 5;
const LANE = 7;
const ROUND = 8;
const SAMPLES = 24;

type Point = [x: number, y: number];

/** A curve where nothing lies between, else a way around what does. @param lane which of several lines it is */
export function route(from: End, to: End, others: Area[], ends: Area[], lane: number): string {
	const pull = Math.max(40, Math.abs(to.x - from.x) / 2);
	const curve: Point[] = [
		[from.x, from.y],
		[from.x + from.side * pull, from.y],
		[to.x + to.side * pull, to.y],
		[to.x, to.y]
	];
	if (!others.some((area) => passes(curve, area))) return `M${curve[0]}C${curve.slice(1).join(' ')}`;
	const way = around(from, to, [...others, ...ends], lane % LANES);
	return way ? rounded(way) : `M${curve[0]}C${curve.slice(1).join(' ')}`;
}

function passes([a, b, c, d]: Point[], area: Area): boolean {
	if (!a || !b || !c || !d) return false;
	for (let i = 1; i < SAMPLES; i++) {
		const t = i / SAMPLES;
		const at = (axis: 0 | 1) => (1 - t) ** 3 * a[axis] + 3 * (1 - t) ** 2 * t * b[axis] + 3 * (1 - t) * t ** 2 * c[axis] + t ** 3 * d[axis];
		if (isIn(at(0), at(1), area)) return true;
	}
	return false;
}

const isIn = (x: number, y: number, area: Area) =>
	x > area.x - 4 && x < area.x + area.width + 4 && y > area.y - 4 && y < area.y + area.height + 4;

/** Out to the side, up or down beside the box, along above or below what lies between, and the same again. */
function around(from: End, to: End, areas: Area[], lane: number): Point[] | undefined {
	const shift = lane * LANE;
	const [x1, x2] = [from.x + from.side * (TURN + shift), to.x + to.side * (TURN + shift)];
	const levels = areas.flatMap((area) => [area.y - CLEAR - shift / 2, area.y + area.height + CLEAR + shift / 2]).filter((y) => y > 0);
	const far = (y: number) => Math.abs(y - from.y) + Math.abs(y - to.y);
	const free = (a: Point, b: Point) => !areas.some((area) => crosses(a, b, area));
	const level = levels
		.sort((a, b) => far(a) - far(b))
		.find((y) => free([x1, from.y], [x1, y]) && free([x1, y], [x2, y]) && free([x2, y], [x2, to.y]));
	return level === undefined
		? undefined
		: [
				[from.x, from.y],
				[x1, from.y],
				[x1, level],
				[x2, level],
				[x2, to.y],
				[to.x, to.y]
			];
}

/** Of a line that runs along an axis. */
const crosses = ([ax, ay]: Point, [bx, by]: Point, area: Area) =>
	Math.max(ax, bx) > area.x - 4 &&
	Math.min(ax, bx) < area.x + area.width + 4 &&
	Math.max(ay, by) > area.y - 4 &&
	Math.min(ay, by) < area.y + area.height + 4;

function rounded(points: Point[]): string {
	let path = `M${points[0]}`;
	for (let i = 1; i < points.length - 1; i++) {
		const [before, at, after] = [points[i - 1], points[i], points[i + 1]] as [Point, Point, Point];
		const toward = (to: Point): Point => {
			const length = Math.hypot(to[0] - at[0], to[1] - at[1]);
			const by = length === 0 ? 0 : Math.min(ROUND, length / 2) / length;
			return [at[0] + (to[0] - at[0]) * by, at[1] + (to[1] - at[1]) * by];
		};
		path += `L${toward(before)}Q${at} ${toward(after)}`;
	}
	return `${path}L${points.at(-1)}`;
}
