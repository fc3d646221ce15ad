import { client } from './client';
import type { Row } from './record';

/** A short-lived token that opens protected files. */
export async function fileToken(): Promise<string> {
	const { token }: { token: string } = await client.post('/api/files/token');
	return token;
}

/** The address of a file; `thumb` as `100x100`, `token` for protected ones, any `download` to be kept rather than shown. */
export function fileUrl(row: Row, name: string, options: { thumb?: string; token?: string; download?: string } = {}): string {
	const path = [row.collectionId, row.id, name].map(encodeURIComponent).join('/');
	const params = new URLSearchParams(options);
	return `/api/files/${path}${params.size ? '?' + params : ''}`;
}
