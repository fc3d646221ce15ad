import { CsvReader, separatorOf } from './csv';
import { JsonReader } from './json';

export interface Source {
	columns: string[];
	rows: Record<string, unknown>[];
	/** Cells are texts: what they mean depends on the field. */
	texts: boolean;
}

const PIECE = 256 * 1024;
/** How long the page may be kept from drawing. */
const TURN_MS = 24;

/** Reads a file or a pasted text in pieces, so that the page stays usable whatever its size. */
export async function readSource(content: Blob, name: string, onprogress: (share: number) => void, signal: AbortSignal): Promise<Source> {
	const head = (await content.slice(0, 64 * 1024).text()).replace(/^\ufeff/, '');
	const isJson = /\.(json|ndjson|jsonl)$/i.test(name) || (!/\.(csv|tsv|txt)$/i.test(name) && /^\s*[[{]/.test(head));
	const table = isJson ? new Objects() : new Cells(separatorOf(head.split(/\r?\n/, 1)[0] ?? ''));
	const decoder = new TextDecoder();
	let turn = performance.now();
	for (let at = 0; at < content.size; at += PIECE) {
		const bytes = await content.slice(at, at + PIECE).arrayBuffer();
		const text = decoder.decode(bytes, { stream: at + PIECE < content.size });
		// A piece may take longer than a turn on a slow machine.
		for (let from = 0; from < text.length; from += PIECE / 16) {
			table.feed(text.slice(from, from + PIECE / 16));
			if (performance.now() - turn < TURN_MS) continue;
			await new Promise((next) => setTimeout(next));
			turn = performance.now();
			signal.throwIfAborted();
		}
		onprogress(Math.min(1, (at + PIECE) / content.size));
	}
	table.end();
	return { columns: [...table.columns], rows: table.rows, texts: !isJson };
}

class Objects {
	readonly columns = new Set<string>();
	readonly rows: Record<string, unknown>[] = [];
	readonly #reader = new JsonReader();

	feed(text: string): void {
		for (const value of this.#reader.feed(text)) {
			if (typeof value !== 'object' || value === null || Array.isArray(value))
				throw new Error(`Entry ${this.rows.length + 1} is not an object.`);
			for (const key of Object.keys(value)) this.columns.add(key);
			this.rows.push(value as Record<string, unknown>);
		}
	}

	end(): void {
		this.#reader.end();
	}
}

class Cells {
	columns: string[] = [];
	readonly rows: Record<string, unknown>[] = [];
	readonly #reader: CsvReader;

	constructor(separator: string) {
		this.#reader = new CsvReader(separator);
	}

	feed(text: string): void {
		this.#take(this.#reader.feed(text));
	}

	end(): void {
		this.#take(this.#reader.end());
	}

	#take(rows: string[][]): void {
		for (const cells of rows) {
			if (this.columns.length === 0) this.columns = namesOf(cells);
			else this.rows.push(Object.fromEntries(this.columns.map((column, i) => [column, cells[i] ?? ''])));
		}
	}
}

/** Each column has a name of its own. */
function namesOf(cells: string[]): string[] {
	const names: string[] = [];
	for (const [i, cell] of cells.entries()) {
		const wanted = cell.replace(/^\ufeff/, '').trim() || `column ${i + 1}`;
		let name = wanted;
		for (let n = 2; names.includes(name); n++) name = `${wanted} ${n}`;
		names.push(name);
	}
	return names;
}
