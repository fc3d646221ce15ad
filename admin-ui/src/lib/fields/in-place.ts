import type { Collection, Field, FieldKind } from '$lib/api/collection';

const SIMPLE: ReadonlySet<FieldKind> = new Set(['text', 'number', 'bool', 'select', 'date', 'email', 'url']);

/** Whether a value is changed right in the table: one line, one choice. What signs an account out wants the whole form. */
export function isEditedInPlace(collection: Collection, field: Field, value: unknown): boolean {
	if (collection.type === 'view' || field.name === 'id' || !SIMPLE.has(field.type)) return false;
	if (collection.type === 'auth' && ['email', 'verified', 'tokenKey'].includes(field.name)) return false;
	if (field.type === 'select') return field.maxSelect <= 1;
	return !String(value ?? '').includes('\n');
}
