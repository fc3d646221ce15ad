/** What a code field can colour and complete. */
export type Language = 'json' | 'sql' | 'html';

/** Columns by table. */
export type Schema = Record<string, string[]>;
