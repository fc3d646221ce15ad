import type { Row } from '$lib/api/record';

/** Chosen records of one collection; they stay chosen from page to page. */
export class Selection {
	/** By id. */
	rows = $state.raw<ReadonlyMap<string, Row>>(new Map());
	/** Where the next range begins. */
	#anchor = '';

	/** One more or one less. */
	toggle(row: Row): void {
		const next = new Map(this.rows);
		if (!next.delete(row.id)) next.set(row.id, row);
		this.rows = next;
		this.#anchor = row.id;
	}

	/** Everything between the last chosen row and this one. */
	extend(rows: Row[], index: number): void {
		const from = rows.findIndex((row) => row.id === this.#anchor);
		const target = rows[index];
		if (!target) return;
		if (from < 0) {
			this.toggle(target);
			return;
		}
		const some = rows.slice(Math.min(from, index), Math.max(from, index) + 1);
		this.rows = new Map([...this.rows, ...some.map((row) => [row.id, row] as const)]);
	}

	/** All of these; none of them when all were chosen before. */
	toggleAll(rows: Row[]): void {
		const next = new Map(this.rows);
		if (rows.every((row) => next.has(row.id))) for (const row of rows) next.delete(row.id);
		else for (const row of rows) next.set(row.id, row);
		this.rows = next;
	}

	clear(): void {
		this.rows = new Map();
		this.#anchor = '';
	}
}
