import type { SqlResult } from '$lib/api/sql';

/** A step of how the database would go about a statement. */
export interface Step {
	id: string;
	text: string;
	/** `scan` reads every row of a table, `walk` a whole index, `sort` keeps rows aside to order them. */
	cost: 'scan' | 'walk' | 'sort' | 'none';
	steps: Step[];
}

/** Rows of `EXPLAIN QUERY PLAN`: id, parent, a number nobody needs, words. */
export function planOf({ rows }: SqlResult): Step[] {
	const roots: Step[] = [];
	const byId = new Map<string, Step>();
	for (const [id, parent, , detail] of rows) {
		const step: Step = { id: id ?? '', text: detail ?? '', cost: costOf(detail ?? ''), steps: [] };
		byId.set(step.id, step);
		(byId.get(parent ?? '')?.steps ?? roots).push(step);
	}
	return roots;
}

function costOf(detail: string): Step['cost'] {
	if (/^USE TEMP B-TREE/.test(detail)) return 'sort';
	// Rows of a sub-query or of constants are there anyway: what they cost stands in steps of their own.
	if (!/^SCAN /.test(detail) || /^SCAN (CONSTANT ROW|\d+ CONSTANT ROWS|\()/.test(detail)) return 'none';
	return / USING (COVERING )?INDEX /.test(detail) ? 'walk' : 'scan';
}

export const countOf = (steps: Step[], cost: Step['cost']): number =>
	steps.reduce((sum, one) => sum + (one.cost === cost ? 1 : 0) + countOf(one.steps, cost), 0);
