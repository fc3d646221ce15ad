/** Reads RFC 4180 bit by bit; lines may end in any way. */
export class CsvReader {
	readonly #sign: string;
	#cell = '';
	#row: string[] = [];
	/** Inside of quotes, or at a quote that may end them. */
	#quotes: 'none' | 'open' | 'maybe' = 'none';
	#wasReturn = false;

	/** @param sign what stands between cells */
	constructor(sign: string) {
		this.#sign = sign;
	}

	/** The rows that this piece completes. */
	feed(text: string): string[][] {
		const rows: string[][] = [];
		for (const letter of text) {
			if (this.#quotes === 'open') {
				if (letter === '"') this.#quotes = 'maybe';
				else this.#cell += letter;
				continue;
			}
			if (this.#quotes === 'maybe') {
				this.#quotes = 'none';
				if (letter === '"') {
					this.#cell += '"';
					this.#quotes = 'open';
					continue;
				}
			}
			const isSecond = letter === '\n' && this.#wasReturn;
			this.#wasReturn = letter === '\r';
			if (isSecond) continue;
			if (letter === '"' && this.#cell === '') this.#quotes = 'open';
			else if (letter === this.#sign) this.#endCell();
			else if (letter === '\n' || letter === '\r') {
				this.#endCell();
				// An empty line is no record.
				if (this.#row.length > 1 || this.#row[0] !== '') rows.push(this.#row);
				this.#row = [];
			} else this.#cell += letter;
		}
		return rows;
	}

	/** The last row, where the text does not end in a line's end. */
	end(): string[][] {
		this.#wasReturn = false;
		return this.#row.length > 0 || this.#cell !== '' ? this.feed(this.#quotes === 'open' ? '"\n' : '\n') : [];
	}

	#endCell(): void {
		this.#row.push(this.#cell);
		this.#cell = '';
	}
}

/** What stands between the cells of a head line most often. */
export function separatorOf(line: string): string {
	const plain = line.replace(/"[^"]*"/g, '');
	const signs = [',', ';', '\t', '|'].map((sign) => ({ sign, count: plain.split(sign).length }));
	return signs.reduce((best, one) => (one.count > best.count ? one : best)).sign;
}
