import type { Field } from '$lib/api/collection';
import type { RecordBody, Row } from '$lib/api/record';
import { isMany, toBody, type FileItem } from '$lib/fields/form-value';

/** Changes as a request's body: JSON, or a form when there are files to bring along. */
export function bodyOf(fields: Field[], changes: Record<string, unknown>, isNew: boolean): RecordBody {
	const plain: Record<string, unknown> = {};
	const parts: [string, File][] = [];
	for (const field of fields) {
		if (!(field.name in changes)) continue;
		const value = changes[field.name];
		if (field.type === 'file') {
			const { kept, chosen } = split(value as FileItem[]);
			// A part alone takes the place of a single file; a list keeps what is named and takes the parts behind.
			if (isMany(field)) plain[field.name] = kept;
			else if (chosen.length === 0) plain[field.name] = kept[0] ?? '';
			for (const file of chosen) parts.push([isMany(field) ? `${field.name}+` : field.name, file]);
		} else if (field.name === 'id' && (value === '' || !isNew)) continue;
		else {
			plain[field.name] = toBody(field, value);
			if (field.name === 'password') plain['passwordConfirm'] = plain[field.name];
		}
	}
	if (parts.length === 0) return plain;
	const form = new FormData();
	form.set('@jsonPayload', JSON.stringify(plain));
	for (const [name, file] of parts) form.append(name, file);
	return form;
}

/** The names of files in the wanted order, where the server stored them in another; undefined when all is well. */
export function orderOfFiles(fields: Field[], changes: Record<string, unknown>, saved: Row): Record<string, string[]> | undefined {
	const wanted: Record<string, string[]> = {};
	for (const field of fields) {
		if (field.type !== 'file' || !isMany(field) || !(field.name in changes)) continue;
		const items = changes[field.name] as FileItem[];
		const { kept, chosen } = split(items);
		const stored = saved[field.name] as string[];
		const fresh = stored.slice(kept.length);
		if (fresh.length !== chosen.length) continue;
		const names = items.map((item) => (typeof item === 'string' ? item : (fresh[chosen.indexOf(item)] ?? '')));
		if (names.some((name, i) => name !== stored[i])) wanted[field.name] = names;
	}
	return Object.keys(wanted).length > 0 ? wanted : undefined;
}

function split(items: FileItem[]): { kept: string[]; chosen: File[] } {
	return {
		kept: items.filter((item) => typeof item === 'string'),
		chosen: items.filter((item) => item instanceof File)
	};
}
