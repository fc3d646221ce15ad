import { client } from './client';
import { fileToken } from './file';

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

export async function uploadBackup(file: File): Promise<void> {
	const form = new FormData();
	form.set('file', file);
	await client.post('/api/backups/upload', { body: form });
}

export const deleteBackup = (key: string) => client.delete('/api/backups/{key}', { path: { key } });

/** Answers before it begins: the server replaces its data and starts anew. */
export async function restoreBackup(key: string): Promise<void> {
	await client.post('/api/backups/{key}/restore', { path: { key } });
}

/** An address that downloads it, for a few minutes. */
export async function backupUrl(key: string): Promise<string> {
	return `/api/backups/${encodeURIComponent(key)}?token=${encodeURIComponent(await fileToken())}`;
}
