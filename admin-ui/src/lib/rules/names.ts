import { say } from '$lib/words/words';
import type { Collection, Field, FieldKind } from '$lib/api/collection';

/** The schema an expression is about. */
export interface Schema {
	/** The collection the rule belongs to, as it is being edited. */
	root: Collection;
	all: Collection[];
	/** Names that the root's fields had before they were renamed: unchanged texts may still use them. */
	former?: ReadonlySet<string>;
}

export interface Name {
	label: string;
	/** What it is, in a word or two. */
	detail: string;
	kind: 'field' | 'relation' | 'request' | 'collection' | 'macro' | 'function' | 'word' | 'modifier';
	/** More parts may follow. */
	goesOn?: boolean;
}

/** Where a path has led so far. */
type Place = { at: 'record'; of: Collection[]; body?: boolean } | { at: 'request' | 'collections' | 'point' | 'anything' | 'end' };

export const MACROS: Record<string, string> = {
	'@now': say('now'),
	'@yesterday': 'a day ago',
	'@tomorrow': 'in a day',
	'@todayStart': '00:00 today',
	'@todayEnd': 'end of today',
	'@monthStart': 'start of the month',
	'@monthEnd': 'end of the month',
	'@yearStart': 'start of the year',
	'@yearEnd': 'end of the year',
	'@second': '0–59',
	'@minute': '0–59',
	'@hour': '0–23',
	'@day': '1–31',
	'@month': '1–12',
	'@year': 'four digits',
	'@weekday': '0 is Sunday'
};
const FUNCTIONS: Record<string, string> = { geoDistance: 'kilometres between two places', strftime: 'a date as text' };
const REQUEST: Record<string, string> = {
	auth: 'who asks',
	body: 'what was sent',
	query: 'parameters of the address',
	headers: 'headers, snake_case',
	method: 'GET, POST …',
	context: 'default, batch, realtime …'
};
const LISTS: ReadonlySet<FieldKind> = new Set(['select', 'file', 'relation']);
const MODIFIERS: Record<string, string> = {
	isset: 'was sent',
	changed: 'was sent and differs',
	length: 'number of items',
	each: 'every item',
	lower: 'in lower case'
};
const WORDS = ['true', 'false', 'null'];
const BACK = '_via_';

/** Every name that may stand after `path` (which ends in a dot, or is empty). */
export function namesAfter(path: string, schema: Schema): Name[] {
	if (path === '') {
		return [
			...recordNames([schema.root], schema.all),
			{ label: '@request', detail: 'the request', kind: 'request', goesOn: true },
			{ label: '@collection', detail: 'any collection', kind: 'collection', goesOn: true },
			...Object.entries(MACROS).map(([label, detail]): Name => ({ label, detail, kind: 'macro' })),
			...Object.entries(FUNCTIONS).map(([label, detail]): Name => ({ label, detail, kind: 'function' })),
			...WORDS.map((label): Name => ({ label, detail: say('value'), kind: 'word' }))
		];
	}
	const place = follow(path.slice(0, -1).split('.'), schema).place;
	switch (place?.at) {
		case 'request':
			return Object.entries(REQUEST).map(([label, detail]) => ({
				label,
				detail,
				kind: 'request',
				goesOn: ['auth', 'body', 'query', 'headers'].includes(label)
			}));
		case 'collections':
			return schema.all.map(({ name, type }) => ({ label: name, detail: type, kind: 'collection', goesOn: true }));
		case 'point':
			return ['lon', 'lat'].map((label) => ({ label, detail: 'degrees', kind: 'field' }));
		case 'record':
			return recordNames(place.of, place.body ? [] : schema.all);
		default:
			return [];
	}
}

/** The modifiers that may stand after a path. */
export function modifiersOf(path: string, schema: Schema): Name[] {
	const { field, place } = follow(path.split('.'), schema);
	const open = /^@request\.(body|query|headers)\./.test(path);
	const usable = Object.keys(MODIFIERS).filter((name) => {
		if (name === 'isset') return open;
		if (name === 'changed') return path.startsWith('@request.body.');
		if (name === 'lower') return place !== undefined;
		return field !== undefined && LISTS.has(field.type);
	});
	return usable.map((label) => ({ label, detail: MODIFIERS[label] ?? '', kind: 'modifier' }));
}

/** Why a name of an expression cannot be used; undefined when it can. */
export function wrongName(name: string, schema: Schema): { from: number; message: string } | undefined {
	const [path = '', modifier, more] = splitModifier(name);
	if (WORDS.includes(name.toLowerCase()) || name in FUNCTIONS || name in MACROS) return undefined;
	if (modifier !== undefined && (!(modifier in MODIFIERS) || more !== undefined)) {
		return {
			from: path.length,
			message: `There is no modifier :${modifier}. There are ${Object.keys(MODIFIERS)
				.map((one) => ':' + one)
				.join(', ')}.`
		};
	}
	const found = follow(path.split('.'), schema);
	if (!found.unknown) return undefined;
	const { part, from, known } = found.unknown;
	const near = nearest(part, known);
	const message = found.unknown.message;
	return { from, message: near ? [message, `Did you mean ${near}?`].join(' ') : message };
}

/** `@collection.x:alias.y` has a colon that is no modifier. */
function splitModifier(name: string): (string | undefined)[] {
	if (!name.startsWith('@collection.')) return name.split(':');
	const [head = '', ...rest] = name.split('.').slice(1);
	const [path, ...modifiers] = rest.join('.').split(':');
	return [`@collection.${head}.${path}`, ...modifiers];
}

interface Found {
	place?: Place;
	/** The field the path ends in. */
	field?: Field;
	unknown?: { part: string; from: number; message: string; known: string[] };
}

function follow(parts: string[], schema: Schema): Found {
	let place: Place = { at: 'record', of: [schema.root] };
	let field: Field | undefined;
	let from = 0;
	for (const [i, part] of parts.entries()) {
		const step: Step | undefined = i === 0 ? first(part, schema) : next(place, part, schema);
		if (!step) {
			const known = (place.at === 'record' ? recordNames(place.of, schema.all).map((name) => name.label) : namesOf(place, schema)).concat(
				i === 0 ? Object.keys(MACROS) : []
			);
			return { unknown: { part, from, message: unknownName(part, place), known } };
		}
		place = step.place;
		field = step.field;
		from += part.length + 1;
	}
	return { place, ...(field && { field }) };
}

function unknownName(part: string, place: Place): string {
	if (part.startsWith('@')) return `There is no macro ${part}.`;
	if (place.at === 'collections') return `There is no collection ${part}.`;
	return place.at === 'record' ? `There is no field ${part}.` : `There is no name ${part}.`;
}

const namesOf = (place: Place, schema: Schema): string[] =>
	place.at === 'collections'
		? schema.all.map((one) => one.name)
		: place.at === 'request'
			? Object.keys(REQUEST)
			: place.at === 'point'
				? ['lon', 'lat']
				: [];

interface Step {
	place: Place;
	field?: Field;
}

function first(part: string, schema: Schema): Step | undefined {
	if (part === '@request') return { place: { at: 'request' } };
	if (part === '@collection') return { place: { at: 'collections' } };
	if (part in MACROS) return { place: { at: 'end' } };
	return next({ at: 'record', of: [schema.root] }, part, schema) ?? (schema.former?.has(part) ? { place: { at: 'anything' } } : undefined);
}

function next(place: Place, part: string, schema: Schema): Step | undefined {
	switch (place.at) {
		case 'request':
			if (part === 'auth') return { place: { at: 'record', of: schema.all.filter((one) => one.type === 'auth') } };
			if (part === 'body') return { place: { at: 'record', of: [schema.root], body: true } };
			return part in REQUEST ? { place: { at: part === 'query' || part === 'headers' ? 'anything' : 'end' } } : undefined;
		case 'collections': {
			const name = part.split(':')[0] ?? '';
			const found = schema.all.find((one) => one.name === name || one.id === name) ?? (schema.root.name === name ? schema.root : undefined);
			return found && { place: { at: 'record', of: [found] } };
		}
		case 'record':
			return recordStep(place.of, part, schema, place.body === true || place.of.length !== 1);
		case 'point':
			return part === 'lon' || part === 'lat' ? { place: { at: 'end' } } : undefined;
		case 'anything':
			return { place };
		default:
			return undefined;
	}
}

/** `lenient` where unknown names are NULL instead of a mistake: what was sent, and whoever asks. */
function recordStep(of: Collection[], part: string, schema: Schema, lenient: boolean): Step | undefined {
	const fields = of.flatMap((one) => one.fields.filter((field) => field.name === part));
	const field = fields[0];
	if (field?.type === 'relation') {
		const targets = schema.all.filter((one) => fields.some((each) => each.type === 'relation' && each.collectionId === one.id));
		return { place: targets.length > 0 ? { at: 'record', of: targets } : { at: 'anything' }, field };
	}
	if (field)
		return {
			place: { at: field.type === 'geoPoint' ? 'point' : field.type === 'json' || field.type === 'file' ? 'anything' : 'end' },
			field
		};
	const [source, relation] = part.split(BACK);
	if (relation) {
		const found = schema.all.find((one) => one.name === source || one.id === source);
		const points = found?.fields.some(
			(each) => each.name === relation && each.type === 'relation' && of.some((one) => one.id === each.collectionId)
		);
		if (found && points) return { place: { at: 'record', of: [found] } };
	}
	return lenient ? { place: { at: 'anything' } } : undefined;
}

/** Fields, and the ways back from records that point here. */
function recordNames(of: Collection[], all: Collection[]): Name[] {
	const fields = new Map<string, Name>();
	for (const field of of.flatMap((one) => one.fields)) {
		if (field.type === 'password') continue;
		const isRelation = field.type === 'relation';
		fields.set(field.name, {
			label: field.name,
			detail: field.type,
			kind: isRelation ? 'relation' : 'field',
			goesOn: field.type === 'geoPoint'
		});
	}
	if (of.length > 1)
		for (const label of ['collectionName', 'collectionId']) fields.set(label, { label, detail: 'of who asks', kind: 'field' });
	const back = all.flatMap((one) =>
		one.fields
			.filter((field) => field.type === 'relation' && of.some((each) => each.id === field.collectionId))
			.map((field): Name => ({ label: one.name + BACK + field.name, detail: 'points here', kind: 'relation', goesOn: true }))
	);
	return [...fields.values(), ...back];
}

/** The known name that is one slip of the keyboard away. */
function nearest(name: string, known: string[]): string | undefined {
	const limit = name.length < 3 ? 0 : Math.ceil(name.length / 3);
	const [best] = known.map((one) => [distance(name.toLowerCase(), one.toLowerCase()), one] as const).sort(([a], [b]) => a - b);
	return best && best[0] <= limit ? best[1] : undefined;
}

function distance(a: string, b: string): number {
	let row = Array.from({ length: b.length + 1 }, (_, i) => i);
	for (const [i, x] of [...a].entries()) {
		const fresh = [i + 1];
		for (const [j, y] of [...b].entries())
			fresh.push(Math.min((row[j] ?? 0) + Number(x !== y), (row[j + 1] ?? 0) + 1, (fresh[j] ?? 0) + 1));
		row = fresh;
	}
	return row[b.length] ?? 0;
}
