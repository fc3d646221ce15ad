import { expect, test } from 'vitest';
import { countOf, planOf } from './plan';
import { isSingle, mayWrite, nameOf } from './statement';

test('what may write is told from what only mentions it', () => {
	for (const query of ['DELETE FROM a', 'with x as (select 1) update a set b = 1', "SELECT 1 -- isn't it\n; DROP TABLE a", 'pragma x'])
		expect(mayWrite(query), query).toBe(true);
	for (const query of ["SELECT * FROM a WHERE b = 'delete'", 'SELECT "update" FROM a', 'SELECT updated FROM a', 'SELECT 1 /* drop */'])
		expect(mayWrite(query), query).toBe(false);
});

test('only one statement is explained: the database would run the second', () => {
	for (const query of ['SELECT 1', 'SELECT 1;', "SELECT ';' ; -- end", 'SELECT 1 /* ; */']) expect(isSingle(query), query).toBe(true);
	for (const query of ['SELECT 1; DELETE FROM a', "SELECT 'x'; SELECT 2", '', '-- nothing']) expect(isSingle(query), query).toBe(false);
});

test('names that are no plain words are quoted', () => {
	expect([nameOf('orders'), nameOf('a-b'), nameOf('a"b')]).toEqual(['orders', '"a-b"', '"a""b"']);
});

test('a plan is a tree, with what costs most told', () => {
	const row = (id: string, parent: string, detail: string) => [id, parent, '0', detail];
	const steps = planOf({
		execTime: 0,
		affectedRows: 0,
		columns: [],
		rows: [
			row('2', '0', 'CO-ROUTINE (subquery-1)'),
			row('5', '2', 'SCAN u'),
			row('9', '2', 'SCAN s USING COVERING INDEX i'),
			row('12', '0', 'SCAN (subquery-1)'),
			row('20', '0', 'SEARCH p USING INDEX j (id=?)'),
			row('33', '0', 'USE TEMP B-TREE FOR ORDER BY')
		]
	});
	expect(steps.map(({ cost }) => cost)).toEqual(['none', 'none', 'none', 'sort']);
	expect(steps[0]?.steps.map(({ cost }) => cost)).toEqual(['scan', 'walk']);
	expect(countOf(steps, 'scan')).toBe(1);
});
