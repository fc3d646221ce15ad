import type { Collection } from '$lib/api/collection';
import { listRecords, type Row } from '$lib/api/record';

export type Format = 'json' | 'ndjson' | 'csv';

export const FORMATS: { id: Format; label: string; type: string }[] = [
	{ id: 'json', label: 'JSON', type: 'application/json' },
	{ id: 'ndjson', label: 'JSON, one record per line', type: 'application/x-ndjson' },
	{ id: 'csv', label: 'CSV, for spreadsheets', type: 'text/csv' }
];

/** As many as the server puts on a page at most. */
const PER_PAGE = 1000;

/** All records that pass the filter, page by page. */
export async function* readAll(
	collection: Collection,
	filter: string,
	sort: string,
	signal: AbortSignal,
	fields?: string
): AsyncGenerator<Row[]> {
	for (let page = 1; ; page++) {
		const rows = await listRecords(
			collection.name,
			{ page, perPage: PER_PAGE, sort, filter, expand: '', ...(fields && { fields }) },
			signal
		);
		if (rows.length > 0) yield rows;
		if (rows.length < PER_PAGE) return;
	}
}

/** Records as the text of a file, bit by bit: what has been written need not be kept as objects. */
export class Writer {
	readonly #format: Format;
	readonly #fields: string[];
	readonly #parts: string[] = [];
	#written = 0;

	constructor(format: Format, fields: string[]) {
		this.#format = format;
		this.#fields = fields;
		if (format === 'csv') this.#parts.push(fields.map(cell).join(',') + '\r\n');
	}

	get written(): number {
		return this.#written;
	}

	add(rows: Row[]): void {
		for (const row of rows) {
			if (this.#format === 'csv') this.#parts.push(this.#fields.map((field) => cell(row[field])).join(',') + '\r\n');
			else {
				const picked = JSON.stringify(Object.fromEntries(this.#fields.map((field) => [field, row[field]])));
				this.#parts.push(this.#format === 'ndjson' ? picked + '\n' : (this.#written === 0 ? '[\n' : ',\n') + picked);
			}
			this.#written++;
		}
	}

	end(): Blob {
		if (this.#format === 'json') this.#parts.push(this.#written === 0 ? '[]\n' : '\n]\n');
		// Spreadsheets take CSV for UTF-8 only with a mark in front.
		const parts = this.#format === 'csv' ? ['\ufeff', ...this.#parts] : this.#parts;
		return new Blob(parts, { type: FORMATS.find((one) => one.id === this.#format)?.type ?? '' });
	}
}

/** RFC 4180: quoted where a separator, a quote or a line's end is in it. */
export function cell(value: unknown): string {
	const text = value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
