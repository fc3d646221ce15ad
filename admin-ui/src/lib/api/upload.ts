/** How much of a body has left the browser, in bytes. */
export type OnUpload = (sent: number, total: number) => void;

/** As `fetch`, telling how far the body has come: fetch itself does not say. */
export function fetchTelling(
	path: string,
	{ method, headers, body, signal }: { method: string; headers: Record<string, string>; body: FormData; signal?: AbortSignal },
	onupload: OnUpload
): Promise<Response> {
	return new Promise((resolve, reject) => {
		const request = new XMLHttpRequest();
		const abort = () => request.abort();
		const aborted = () => reject(new DOMException('The upload was stopped.', 'AbortError'));
		if (signal?.aborted) return aborted();
		request.open(method, path);
		for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
		request.upload.onprogress = (event) => onupload(event.loaded, event.total);
		request.onload = () => resolve(new Response(request.status === 204 ? null : request.responseText, { status: request.status }));
		request.onerror = () => reject(new TypeError('The server cannot be reached.'));
		request.onabort = aborted;
		request.onloadend = () => signal?.removeEventListener('abort', abort);
		signal?.addEventListener('abort', abort);
		request.send(body);
	});
}

/**
 * How much of each file is on the way, 0 to 1, when so much of the form is. A form travels as one body, its parts one after the other: what stands
 * between them (names, types) is what the sizes of the parts leave of the whole, the same for each.
 */
export function sentOfFiles(form: FormData, sent: number, total: number): Map<File, number> {
	const parts = [...form.values()].map((part) => ({ part, size: typeof part === 'string' ? new Blob([part]).size : part.size }));
	const between = Math.max(0, total - parts.reduce((sum, { size }) => sum + size, 0)) / Math.max(1, parts.length);
	const found = new Map<File, number>();
	let begin = 0;
	for (const { part, size } of parts) {
		begin += between;
		if (part instanceof File) found.set(part, sent >= total ? 1 : Math.min(1, Math.max(0, (sent - begin) / Math.max(1, size))));
		begin += size;
	}
	return found;
}
