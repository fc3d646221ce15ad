import type { Log } from '$lib/api/log';
import { saveFile } from '$lib/ui/save-file';

/** Entries as a file of JSON: one of them alone, several as a list. */
export function saveLogs(logs: Log[]): void {
	const content = logs.length === 1 ? logs[0] : logs;
	saveFile(
		new Blob([JSON.stringify(content, null, 2)], { type: 'application/json' }),
		logs.length === 1 ? `${logs[0]?.id}.json` : 'logs.json'
	);
}
