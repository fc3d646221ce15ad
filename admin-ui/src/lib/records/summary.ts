import type { Collection, Field, FieldKind } from '$lib/api/collection';
import type { Row } from '$lib/api/record';
import { catalog } from '$lib/catalog/catalog.svelte';
import { plainText } from '$lib/format/html';

/** Field names that usually hold what people call a record. */
const USUAL = ['title', 'name', 'label', 'subject', 'headline', 'username', 'email', 'slug', 'code', 'number', 'key'];
const READABLE: ReadonlySet<FieldKind> = new Set(['text', 'email', 'url', 'number', 'select', 'date', 'editor']);

/** The fields that speak for a record of this collection: the presentable ones, else the most telling one. */
export function speakingFields(collection: Collection): Field[] {
	const marked = collection.fields.filter((field) => field.presentable && READABLE.has(field.type));
	if (marked.length > 0) return marked;
	for (const name of USUAL) {
		const field = collection.fields.find((one) => one.name === name && !one.hidden && READABLE.has(one.type));
		if (field) return [field];
	}
	return [];
}

/** A record in a few words; its id when nothing else speaks for it. */
export function summaryOf(row: Row): string {
	const collection = catalog.find(row.collectionId);
	const words = collection ? speakingFields(collection).map((field) => textOf(row[field.name])) : [];
	return words.filter(Boolean).join(' · ') || row.id;
}

const LINES = 6;
const LONGEST = 80;

/** A record at a glance, a line for each of its first fields: what pointing at it shows. */
export function glanceOf(row: Row): string {
	const fields = catalog.find(row.collectionId)?.fields.filter((field) => READABLE.has(field.type) && !field.hidden) ?? [];
	const lines = fields
		.filter((field) => field.name !== 'id')
		.map((field) => [field.name, textOf(row[field.name])] as const)
		.filter(([, text]) => text)
		.map(([name, text]) => `${name}: ${text.length > LONGEST ? text.slice(0, LONGEST) + '…' : text}`);
	return [row.id, ...lines.slice(0, LINES)].join('\n');
}

function textOf(value: unknown): string {
	if (Array.isArray(value)) return value.join(', ');
	if (typeof value === 'number') return String(value);
	return typeof value === 'string' ? plainText(value) : '';
}
