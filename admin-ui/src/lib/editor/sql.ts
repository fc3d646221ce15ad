// SQL for the editor, with the tables and columns of the database.
import { SQLite, sql } from '@codemirror/lang-sql';
import type { Collection } from '$lib/api/collection';

/** `tables` whose columns are completed; `only` is the table whose columns need no prefix. */
export const sqlOf = (tables: Collection[], only?: string) =>
	sql({
		dialect: SQLite,
		schema: Object.fromEntries(tables.map((one) => [one.name, one.fields.map((field) => field.name)])),
		...(only && { defaultTable: only }),
		upperCaseKeywords: true
	});
