import { client } from './client';
import { fileToken } from './file';
import type { OnUpload } from './upload';

export interface Backup {
	/** Its file name. */
	key: string;
	/** Bytes. */
	size: number;
	modified: string;
}

export const listBackups = (signal?: AbortSignal): Promise<Backup[]> => client.get('/api/backups', { signal });

/** Answers when the backup is whole; `''` lets the server choose the name. */
export async function createBackup(name: string): Promise<void> {
	await client.post('/api/backups', { body: { name } });
}

/** @param more `token`: of an installer's link, instead of the session's */
export async function uploadBackup(file: File, more: { token?: string; name?: string; onupload?: OnUpload } = {}): Promise<void> {
	const { name = file.name, ...send } = more;
	const form = new FormData();
	form.set('file', file, name);
	await client.post('/api/backups/upload', { body: form, ...send });
}

export const deleteBackup = (key: string) => client.delete('/api/backups/{key}', { path: { key } });

/** Answers before it begins: the server replaces its data and starts anew. */
export async function restoreBackup(key: string, token?: string): Promise<void> {
	await client.post('/api/backups/{key}/restore', { path: { key }, ...(token === undefined ? {} : { token }) });
}

/** An address that downloads it, for a few minutes. */
export async function backupUrl(key: string): Promise<string> {
	return `/api/backups/${encodeURIComponent(key)}?token=${encodeURIComponent(await fileToken())}`;
}
