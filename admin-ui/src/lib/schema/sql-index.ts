/** One column of an index. */
export interface IndexColumn {
	/** A field's name, or an expression in SQL. */
	name: string;
	collate: string;
	sort: '' | 'ASC' | 'DESC';
}

/** The parts of a `CREATE INDEX` statement. */
export interface IndexParts {
	unique: boolean;
	name: string;
	columns: IndexColumn[];
	where: string;
}

const STATEMENT =
	/^\s*CREATE\s+(UNIQUE\s+)?INDEX\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:[`"'[]?\w+[`"'\]]?\s*\.\s*)?[`"'[]?(\w+)[`"'\]]?\s+ON\s+[`"'[]?(\w*)[`"'\]]?\s*\(([\s\S]*)$/i;
const COLUMN = /^[\s]*(?:[`"'[]?(\w+)[`"'\]]?|([\s\S]+?))(?:\s+COLLATE\s+[`"'[]?(\w+)[`"'\]]?)?(?:\s+(ASC|DESC))?\s*$/i;

/** The parts of an index; undefined where the text is no such statement. */
export function parseIndex(sql: string): IndexParts | undefined {
	const found = STATEMENT.exec(sql);
	if (!found) return undefined;
	const [, unique, name = '', , rest = ''] = found;
	const end = closing(rest);
	if (end < 0) return undefined;
	const columns = split(rest.slice(0, end)).map(parseColumn);
	const after = rest
		.slice(end + 1)
		.trim()
		.replace(/;$/, '')
		.trim();
	const where = /^WHERE\s+([\s\S]+)$/i.exec(after)?.[1] ?? '';
	if (after !== '' && where === '') return undefined;
	return columns.some((column) => column.name === '') ? undefined : { unique: unique !== undefined, name, columns, where };
}

export function indexSql({ unique, name, columns, where }: IndexParts, table: string): string {
	const list = columns.map(({ name, collate, sort }) =>
		[/^\w+$/.test(name) ? `\`${name}\`` : name, collate && `COLLATE ${collate}`, sort].filter(Boolean).join(' ')
	);
	const body = list.length > 1 ? `\n  ${list.join(',\n  ')}\n` : list.join('');
	return `CREATE ${unique ? 'UNIQUE ' : ''}INDEX \`${name}\` ON \`${table}\` (${body})${where && ` WHERE ${where}`}`;
}

/** Fields that no two records can share: what people may sign in with. */
export function uniqueFields(indexes: string[]): string[] {
	return indexes.flatMap((sql) => {
		const parts = parseIndex(sql);
		return parts?.unique && parts.columns.length === 1 ? (parts.columns[0]?.name ?? []) : [];
	});
}

function parseColumn(text: string): IndexColumn {
	const [, plain, expression, collate = '', sort = ''] = COLUMN.exec(text) ?? [];
	return { name: (plain ?? expression ?? '').trim(), collate: collate.toUpperCase(), sort: sort.toUpperCase() as IndexColumn['sort'] };
}

/** Where the parenthesis that is already open closes. */
function closing(text: string): number {
	let depth = 0;
	for (const { at, sign } of signs(text)) {
		if (sign === '(') depth++;
		else if (sign === ')' && depth-- === 0) return at;
	}
	return -1;
}

/** At the commas that stand outside parentheses and quotes. */
function split(text: string): string[] {
	const parts: string[] = [];
	let depth = 0;
	let start = 0;
	for (const { at, sign } of signs(text)) {
		if (sign === '(') depth++;
		else if (sign === ')') depth--;
		else if (sign === ',' && depth === 0) {
			parts.push(text.slice(start, at));
			start = at + 1;
		}
	}
	return [...parts, text.slice(start)];
}

/** Parentheses and commas outside quotes. */
function* signs(text: string): Generator<{ at: number; sign: string }> {
	let quote = '';
	for (let at = 0; at < text.length; at++) {
		const sign = text.charAt(at);
		if (quote) {
			if (sign === quote) quote = '';
		} else if (sign === "'" || sign === '"' || sign === '`') quote = sign;
		else if (sign === '(' || sign === ')' || sign === ',') yield { at, sign };
	}
}
