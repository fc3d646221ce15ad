import { client } from './client';
import { fileToken } from './file';

export interface Backup {
	/** Its file name. */
	key: string;
	/** Bytes. */
	size: number;
	modified: string;
}

const path = (key: string) => `/api/backups/${encodeURIComponent(key)}`;

export const listBackups = (signal?: AbortSignal) => client.get<Backup[]>('/api/backups', { signal });

/** Answers when the backup is whole; `''` lets the server choose the name. */
export async function createBackup(name: string): Promise<void> {
	await client.post('/api/backups', { body: { name } });
}

export async function uploadBackup(file: File): Promise<void> {
	const form = new FormData();
	form.set('file', file);
	await client.post('/api/backups/upload', { body: form });
}

export const deleteBackup = (key: string) => client.delete(path(key));

/** Answers before it begins: the server replaces its data and starts anew. */
export async function restoreBackup(key: string): Promise<void> {
	await client.post(`${path(key)}/restore`);
}

/** An address that downloads it, for a few minutes. */
export async function backupUrl(key: string): Promise<string> {
	return `${path(key)}?token=${encodeURIComponent(await fileToken())}`;
}
