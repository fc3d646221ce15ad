/** Addresses that are longer are cut by something on their way. */
const MOST_IN_ADDRESS = 2000;

/** The SQL screen with a saved query, or a statement, or both: then the query is changed to the statement. */
export function sqlHref({ id = '', text = '' }: { id?: string; text?: string }): string {
	const parts: string[] = [];
	if (id) parts.push('query=' + encodeURIComponent(id));
	if (text && text.length <= MOST_IN_ADDRESS) parts.push('q=' + encodeURIComponent(text));
	return '#/sql' + (parts.length > 0 ? '?' + parts.join('&') : '');
}
