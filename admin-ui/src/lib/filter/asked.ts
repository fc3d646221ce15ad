import type { Collection, Field, FieldOf } from '$lib/api/collection';
import { isMany } from '$lib/fields/form-value';
import { EMPTY, type Literal } from './conditions';

/** How a value is put in. */
export type AskedKind = 'text' | 'number' | 'bool' | 'date' | 'choice' | 'relation';

/** Something a filter can ask about. */
export interface Asked {
	/** As it stands in the expression. */
	name: string;
	/** What it is shown as. */
	label: string;
	/** Heading it is listed under; `''` for the first ones. */
	group: string;
	kind: AskedKind;
	/** Holds several values at a time. */
	many: boolean;
	choices: string[];
	/** Of relations. */
	field?: FieldOf<'relation'>;
}

/** A way to compare. Some bring their value along: "is empty". */
export interface Comparison {
	/** Tells it apart: the sign, and the value if it brings one. */
	id: string;
	sign: string;
	label: string;
	value?: Literal;
}

const blank: Comparison[] = [
	{ id: 'empty', sign: '=', label: 'is empty', value: EMPTY },
	{ id: 'filled', sign: '!=', label: 'is not empty', value: EMPTY }
];
const same: Comparison[] = [
	{ id: '=', sign: '=', label: 'is' },
	{ id: '!=', sign: '!=', label: 'is not' }
];
const COMPARISONS: Record<AskedKind, Comparison[]> = {
	text: [{ id: '~', sign: '~', label: 'contains' }, { id: '!~', sign: '!~', label: 'does not contain' }, ...same, ...blank],
	number: [
		...same,
		{ id: '>', sign: '>', label: 'is more than' },
		{ id: '>=', sign: '>=', label: 'is at least' },
		{ id: '<', sign: '<', label: 'is less than' },
		{ id: '<=', sign: '<=', label: 'is at most' }
	],
	bool: [
		{ id: 'yes', sign: '=', label: 'is true', value: { kind: 'word', text: 'true' } },
		{ id: 'no', sign: '=', label: 'is false', value: { kind: 'word', text: 'false' } }
	],
	date: [
		{ id: '>=', sign: '>=', label: 'is from' },
		{ id: '>', sign: '>', label: 'is after' },
		{ id: '<', sign: '<', label: 'is before' },
		{ id: '<=', sign: '<=', label: 'is up to' },
		...same,
		...blank
	],
	choice: [...same, ...blank],
	relation: [...same, ...blank]
};
const OF_MANY: Comparison[] = [
	{ id: '?=', sign: '?=', label: 'has' },
	{ id: '!=', sign: '!=', label: 'has not' }
];

/** The ways to compare; `used` is among them even if nobody would offer it. */
export function comparisonsOf({ kind, many }: Asked, used?: string): Comparison[] {
	const known = many
		? kind === 'text'
			? [...OF_MANY, { id: '?~', sign: '?~', label: 'has one containing' }]
			: OF_MANY
		: COMPARISONS[kind];
	return used === undefined || known.some((one) => one.id === used) ? known : [...known, { id: used, sign: used, label: used }];
}

/** The comparison a condition was written with. */
export function comparisonFor(asked: Asked, sign: string, value: Literal): Comparison {
	const withValue = comparisonsOf(asked).find(
		(one) => one.sign === sign && one.value?.kind === value.kind && one.value.text === value.text
	);
	return withValue ?? comparisonsOf(asked, sign).find((one) => one.id === sign) ?? { id: sign, sign, label: sign };
}

const KINDS: Partial<Record<Field['type'], AskedKind>> = {
	number: 'number',
	bool: 'bool',
	date: 'date',
	autodate: 'date',
	select: 'choice',
	relation: 'relation'
};

/** What a filter of the collection's records can ask about: its fields, and those of the records they point at. */
export function askedOf(collection: Collection, find: (id: string) => Collection | undefined): Asked[] {
	const own = collection.fields.flatMap((field) => asksOf(field, '', ''));
	const related = collection.fields.flatMap((field) => {
		const target = field.type === 'relation' ? find(field.collectionId) : undefined;
		return (target?.fields ?? []).flatMap((inner) => asksOf(inner, `${field.name}.`, `${field.name} (${target?.name ?? ''})`));
	});
	return [...own, ...related];
}

function asksOf(field: Field, path: string, group: string): Asked[] {
	if (field.type === 'password' || field.type === 'geoPoint' || field.name === 'tokenKey') return [];
	const many = isMany(field);
	const asked: Asked = {
		name: path + field.name,
		label: field.name,
		group,
		kind: KINDS[field.type] ?? 'text',
		many,
		choices: field.type === 'select' ? field.values : [],
		...(field.type === 'relation' && { field })
	};
	if (!many) return [asked];
	return [asked, { ...asked, name: `${asked.name}:length`, label: `${field.name}: how many`, kind: 'number', many: false }];
}

/** A path nobody listed: text, as far as one can know. */
export const askedByName = (all: Asked[], name: string): Asked =>
	all.find((one) => one.name === name) ?? { name, label: name, group: 'Others', kind: 'text', many: false, choices: [] };
