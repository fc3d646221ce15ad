import { askedByName, comparisonFor, comparisonsOf, type Asked } from './asked';
import {
	isGroup,
	readConditions,
	writeConditions,
	type Condition,
	type Conditions,
	type Group,
	type Join,
	type Literal
} from './conditions';

/** A condition being put together. */
export interface Row {
	key: number;
	name: string;
	/** Id of the comparison. */
	comparison: string;
	/** Undefined until there is one. */
	value: Literal | undefined;
}

export interface RowGroup {
	key: number;
	join: Join;
	rows: Row[];
}

export const isRowGroup = (part: Row | RowGroup): part is RowGroup => 'rows' in part;

/** The conditions in the builder, finished ones and others. */
export class Draft {
	join = $state<Join>('&&');
	parts = $state<(Row | RowGroup)[]>([]);
	/** False for an expression that can only be written. */
	readable = $state(true);
	#fields: () => Asked[];
	#last = 0;

	constructor(fields: () => Asked[]) {
		this.#fields = fields;
	}

	/** Begins with what a filter says; words have no conditions. */
	read(filter: string): void {
		const found = /[=~<>]/.test(filter) ? readConditions(filter) : ({ join: '&&', parts: [] } satisfies Conditions);
		this.readable = found !== undefined;
		this.join = found?.join ?? '&&';
		this.parts = (found?.parts ?? []).map((part) =>
			isGroup(part) ? { key: ++this.#last, join: part.join, rows: part.parts.map((one) => this.#rowOf(one)) } : this.#rowOf(part)
		);
		if (this.readable && this.parts.length === 0) this.parts = [this.blank()];
	}

	/** A row that asks for nothing yet. */
	blank(): Row {
		const asked = this.#fields().find((one) => one.name !== 'id') ?? askedByName([], 'id');
		return this.about({ key: ++this.#last, name: '', comparison: '', value: undefined }, asked.name);
	}

	group(): RowGroup {
		return { key: ++this.#last, join: this.join === '&&' ? '||' : '&&', rows: [this.blank(), this.blank()] };
	}

	/** The row, asking about another field. */
	about(row: Row, name: string): Row {
		const asked = askedByName(this.#fields(), name);
		const before = row.name && askedByName(this.#fields(), row.name);
		const [first] = comparisonsOf(asked);
		// Fields of one kind are compared alike.
		if (before && before.kind === asked.kind && before.many === asked.many && asked.kind !== 'choice' && asked.kind !== 'relation')
			return { ...row, name };
		return { ...row, name, comparison: first?.id ?? '=', value: first?.value };
	}

	/** Without rows that are not finished. */
	write(): string {
		const conditionOf = (row: Row): Condition[] => {
			const comparison = comparisonsOf(askedByName(this.#fields(), row.name), row.comparison).find((one) => one.id === row.comparison);
			return comparison && row.value ? [{ name: row.name, sign: comparison.sign, value: row.value }] : [];
		};
		return writeConditions({
			join: this.join,
			parts: this.parts.flatMap((part): (Condition | Group)[] =>
				isRowGroup(part) ? [{ join: part.join, parts: part.rows.flatMap(conditionOf) }] : conditionOf(part)
			)
		});
	}

	#rowOf({ name, sign, value }: Condition): Row {
		return { key: ++this.#last, name, comparison: comparisonFor(askedByName(this.#fields(), name), sign, value).id, value };
	}
}
