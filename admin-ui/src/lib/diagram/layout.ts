import type { Collection, Field } from '$lib/api/collection';
import { route, type End } from './route';

/** A collection on the diagram. */
export interface Box {
	collection: Collection;
	fields: Field[];
	/** How many more fields it has. */
	more: number;
	x: number;
	y: number;
	width: number;
	height: number;
}

/** A relation, or a view that reads a collection. */
export interface Edge {
	from: string;
	to: string;
	/** The relation's field; none for views. */
	field?: string;
	path: string;
}

export const HEAD = 36;
export const ROW = 22;
const WIDTH = 208;
const GAP_X = 96;
const GAP_Y = 28;
const MARGIN = 32;
const MOST_FIELDS = 12;

interface Link {
	from: string;
	to: string;
	field?: string;
}

/** Boxes in columns: what is pointed at stands to the right of what points at it. Those that have a place stand there. */
export function layOut(
	collections: Collection[],
	places: Record<string, { x: number; y: number }> = {}
): { boxes: Box[]; edges: Edge[]; width: number; height: number } {
	const links = linksOf(collections);
	const columns = columnsOf(collections, links);
	const boxes: Box[] = [];
	let width = 0;
	let height = 0;
	for (const [i, column] of columns.entries()) {
		let y = MARGIN;
		for (const collection of column) {
			const box = boxOf(collection, MARGIN + i * (WIDTH + GAP_X), y);
			y += box.height + GAP_Y;
			// The others keep their places when one is moved away.
			const placed = { ...box, ...places[collection.id] };
			boxes.push(placed);
			width = Math.max(width, placed.x + placed.width + MARGIN);
			height = Math.max(height, placed.y + placed.height + MARGIN);
		}
	}
	return { boxes, edges: edgesOf(boxes, links), width, height };
}

function boxOf(collection: Collection, x: number, y: number): Box {
	// Relations are what the lines start from: they are never among those left out.
	const own = collection.fields.filter((field) => !field.system || field.name === 'id' || field.name === 'email');
	const kept = new Set([...own.filter((field) => field.type === 'relation'), ...own].slice(0, MOST_FIELDS));
	const fields = own.filter((field) => kept.has(field));
	const more = own.length - fields.length;
	return { collection, fields, more, x, y, width: WIDTH, height: HEAD + (fields.length + (more > 0 ? 1 : 0)) * ROW + 8 };
}

function linksOf(collections: Collection[]): Link[] {
	const known = new Set(collections.map((one) => one.id));
	return collections.flatMap((one): Link[] => {
		if (one.type === 'view') {
			const words = new Set((one.viewQuery ?? '').match(/\w+/g));
			return collections.filter((other) => other.id !== one.id && words.has(other.name)).map((other) => ({ from: one.id, to: other.id }));
		}
		return one.fields.flatMap((field) =>
			field.type === 'relation' && known.has(field.collectionId) ? { from: one.id, to: field.collectionId, field: field.name } : []
		);
	});
}

/** How many steps lie between a collection and one that points at nothing; rings are cut where they close. */
function depths(collections: Collection[], links: Link[]): Map<string, number> {
	const found = new Map<string, number>();
	const visit = (id: string, path: Set<string>): number => {
		const known = found.get(id);
		if (known !== undefined) return known;
		if (path.has(id)) return 0;
		path.add(id);
		const targets = links.filter((link) => link.from === id && link.to !== id && !path.has(link.to));
		const depth = targets.length === 0 ? 0 : 1 + Math.max(...targets.map((link) => visit(link.to, path)));
		path.delete(id);
		found.set(id, depth);
		return depth;
	};
	for (const { id } of collections) visit(id, new Set());
	return found;
}

function columnsOf(collections: Collection[], links: Link[]): Collection[][] {
	const depth = depths(collections, links);
	const linked = new Set(links.flatMap((link) => [link.from, link.to]));
	const deepest = Math.max(0, ...depth.values());
	const columns: Collection[][] = Array.from({ length: deepest + 1 }, () => []);
	for (const one of collections) if (linked.has(one.id)) columns[deepest - (depth.get(one.id) ?? 0)]?.push(one);

	// Each stands near the middle of those it is linked with in the column before.
	for (let i = 1; i < columns.length; i++) {
		const before = new Map(columns[i - 1]?.map((one, at) => [one.id, at]));
		const middle = ({ id }: Collection) => {
			const at = links.flatMap((link) =>
				link.to === id ? (before.get(link.from) ?? []) : link.from === id ? (before.get(link.to) ?? []) : []
			);
			return at.length === 0 ? Infinity : at.reduce((sum, one) => sum + one, 0) / at.length;
		};
		columns[i]?.sort((a, b) => middle(a) - middle(b) || a.name.localeCompare(b.name));
	}
	// Those without any link fill up what is short.
	const heightOf = (column: Collection[]) => column.reduce((sum, one) => sum + boxOf(one, 0, 0).height + GAP_Y, 0);
	const alone = collections.filter((one) => !linked.has(one.id));
	while (columns.length < Math.min(4, Math.ceil(Math.sqrt(collections.length)))) columns.push([]);
	for (const one of alone) columns.toSorted((a, b) => heightOf(a) - heightOf(b))[0]?.push(one);
	return columns.filter((column) => column.length > 0);
}

function edgesOf(boxes: Box[], links: Link[]): Edge[] {
	const byId = new Map(boxes.map((box) => [box.collection.id, box]));
	return links.flatMap((link, lane) => {
		const [from, to] = [byId.get(link.from), byId.get(link.to)];
		if (!from || !to) return [];
		const others = boxes.filter((box) => box !== from && box !== to);
		return { ...link, path: route(...ends(from, to, link.field), others, from === to ? [from] : [from, to], lane) };
	});
}

function ends(from: Box, to: Box, field: string | undefined): [End, End] {
	const row = from.fields.findIndex((one) => one.name === field);
	const y1 = from.y + (row < 0 ? HEAD / 2 : HEAD + row * ROW + ROW / 2);
	const y2 = to.y + HEAD / 2;
	const [right, left] = [from.x + from.width, from.x];
	if (to.x > from.x)
		return [
			{ x: right, y: y1, side: 1 },
			{ x: to.x, y: y2, side: -1 }
		];
	if (to.x < from.x)
		return [
			{ x: left, y: y1, side: -1 },
			{ x: to.x + to.width, y: y2, side: 1 }
		];
	return [
		{ x: right, y: y1, side: 1 },
		{ x: to.x + to.width, y: y2, side: 1 }
	];
}
