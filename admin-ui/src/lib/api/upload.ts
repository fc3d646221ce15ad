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
