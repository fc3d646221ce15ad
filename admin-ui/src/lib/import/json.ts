/** Finds the values of a list, or of a text with one value after the other, bit by bit: each is then parsed alone. */
export class JsonReader {
	#text = '';
	#depth = 0;
	#inText = false;
	#escaped = false;
	/** Depth at which values stand: 1 in a list, 0 without. */
	#base: 0 | 1 | undefined;

	/** The values that this piece completes; throws with what is wrong. */
	feed(piece: string): unknown[] {
		const found: unknown[] = [];
		for (const letter of piece) {
			if (this.#inText) {
				this.#text += letter;
				if (this.#escaped) this.#escaped = false;
				else if (letter === '\\') this.#escaped = true;
				else if (letter === '"') this.#inText = false;
				continue;
			}
			if (this.#base === undefined) {
				if (/\s|\ufeff/.test(letter)) continue;
				this.#base = letter === '[' ? 1 : 0;
				if (letter === '[') {
					this.#depth = 1;
					continue;
				}
			}
			const between = this.#depth === this.#base && this.#text === '';
			if (between && (letter === ',' || /\s/.test(letter))) continue;
			if (letter === ']' && this.#depth === 1 && this.#base === 1) {
				this.#depth = 0;
				continue;
			}
			this.#text += letter;
			if (letter === '"') this.#inText = true;
			else if (letter === '{' || letter === '[') this.#depth++;
			else if (letter === '}' || letter === ']') this.#depth--;
			if (this.#depth === this.#base && (letter === '}' || letter === ']')) {
				found.push(JSON.parse(this.#text));
				this.#text = '';
			} else if (this.#depth === this.#base && !/[{["]/.test(letter)) throw new Error(`“${letter}” stands where an object was expected.`);
		}
		return found;
	}

	end(): unknown[] {
		if (this.#text.trim() !== '') throw new Error('The text ends in the middle of an object.');
		if (this.#depth !== 0) throw new Error('The list is not closed.');
		return [];
	}
}
