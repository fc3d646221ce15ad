/** Words that begin a statement which changes something, wherever they stand: asking once too often is harmless. */
const WRITES = /\b(insert|update|delete|drop|alter|create|replace|truncate|vacuum|reindex|attach|detach|pragma)\b/i;
/** Texts, quoted names and comments; one that has no end goes to the end of everything. */
const SILENT = /'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|`[^`]*(?:`|$)|\[[^\]]*(?:\]|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;

/** A statement without what only looks like one: its texts, quoted names and comments. */
const bare = (query: string) => query.replace(SILENT, ' ');

export const mayWrite = (query: string) => WRITES.test(bare(query));

/** Whether it is one statement: only the first of several would be explained, and the others run. */
export const isSingle = (query: string) => !/;\s*\S/.test(bare(query)) && bare(query).trim() !== '';

/** A name as SQL takes it: quoted when it would not be read as one. */
export const nameOf = (name: string) => (/^[a-z_][a-z0-9_]*$/i.test(name) ? name : `"${name.replaceAll('"', '""')}"`);
