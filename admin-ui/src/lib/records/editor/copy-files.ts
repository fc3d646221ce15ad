import { isAbort } from '$lib/api/client';
import { fileToken, fileUrl } from '$lib/api/file';
import type { Row } from '$lib/api/record';
import { toasts } from '$lib/ui/toasts.svelte';
import type { RecordForm } from './record-form.svelte';

/** What the server puts behind a stored file's name. */
const SUFFIX = /_[a-zA-Z0-9]{10}(\.[^.]*)?$/;
/** More is not taken along: it would have to fit into this page. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Brings the files of the record a new one is a copy of: a stored file belongs to its record, so each is read and sent again. */
export async function copyFiles(form: RecordForm, template: Row, signal: AbortSignal): Promise<void> {
	let token = '';
	let room = MOST_BYTES;
	for (const field of form.fields) {
		if (field.type !== 'file') continue;
		const names = [template[field.name]].flat().filter(Boolean).map(String);
		if (names.length === 0) continue;
		try {
			if (field.protected && !token) token = await fileToken();
			const files: File[] = [];
			for (const name of names) {
				const answer = await fetch(fileUrl(template, name, field.protected ? { token } : {}), { signal });
				room -= Number(answer.headers.get('Content-Length') ?? 0);
				if (!answer.ok || room < 0) throw new Error(name);
				files.push(new File([await answer.blob()], name.replace(SUFFIX, '$1'), { type: answer.headers.get('Content-Type') ?? '' }));
			}
			// Somebody may have chosen others meanwhile.
			if ((form.value(field) as unknown[]).length === 0) form.set(field, files);
		} catch (thrown) {
			if (isAbort(thrown) || signal.aborted) return;
			toasts.show(`The files of ${field.name} could not be taken along. Add them again.`);
		}
	}
}
