import { ApiError } from './error';
import { fill, type Method, type PathOf, type Places, type Query } from './paths';
import { fetchTelling, type OnUpload } from './upload';

interface Any {
	path?: object | undefined;
	query?: object | undefined;
	body?: unknown;
	signal?: AbortSignal | undefined;
	/** Instead of the session's token; `''` sends the request as a guest. */
	token?: string;
	/** The request outlives the page it was sent from. */
	keepalive?: boolean;
	/** Told how far a form has come on its way. */
	onupload?: OnUpload | undefined;
}

type Send<M extends Method, P extends PathOf<M>> = Omit<Any, 'path' | 'query'> & { query?: Query<M, P> } & (Places<M, P> extends object
		? { path: Places<M, P> }
		: { path?: undefined });
type More<M extends Method, P extends PathOf<M>> = Places<M, P> extends object ? [send: Send<M, P>] : [send?: Send<M, P>];

/**
 * Speaks JSON to the server this page came from. Paths, methods and what belongs into an address are checked
 * against the server's own description; what the caller expects of an answer is taken on trust.
 */
class Client {
	/** Sent with every request; kept current by the session. */
	token = '';
	/** The server no longer accepts `token`. */
	onUnauthorized: () => void = () => {};

	async get<T, P extends PathOf<'get'>>(path: P, ...[send]: More<'get', P>): Promise<T> {
		return this.#send<T>('GET', path, send);
	}

	/** An answer that is no JSON. */
	async text<P extends PathOf<'get'>>(path: P, ...[send]: More<'get', P>): Promise<string> {
		return this.#send<string>('GET', path, send, (response) => response.text());
	}

	async post<T, P extends PathOf<'post'>>(path: P, ...[send]: More<'post', P>): Promise<T> {
		return this.#send<T>('POST', path, send);
	}

	async put<T, P extends PathOf<'put'>>(path: P, ...[send]: More<'put', P>): Promise<T> {
		return this.#send<T>('PUT', path, send);
	}

	async patch<T, P extends PathOf<'patch'>>(path: P, ...[send]: More<'patch', P>): Promise<T> {
		return this.#send<T>('PATCH', path, send);
	}

	async delete<P extends PathOf<'delete'>>(path: P, ...[send]: More<'delete', P>): Promise<void> {
		return this.#send<undefined>('DELETE', path, send);
	}

	/** To an address as it stands, such as one that people have put together. */
	async send<T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', address: string, send: Omit<Any, 'path'> = {}): Promise<T> {
		return this.#send<T>(method, address, send);
	}

	async #send<T>(method: string, path: string, send: Any = {}, read?: (response: Response) => Promise<unknown>): Promise<T> {
		const token = send.token ?? this.token;
		const headers: Record<string, string> = {};
		if (token) headers['Authorization'] = token;
		const isForm = send.body instanceof FormData;
		// A form brings its own type, with the boundary between its parts.
		if (send.body !== undefined && !isForm) headers['Content-Type'] = 'application/json';

		let response: Response;
		try {
			const address = fill(path, send.path) + queryText(send.query);
			const signal = send.signal ? { signal: send.signal } : {};
			response =
				send.body instanceof FormData && send.onupload
					? await fetchTelling(address, { method, headers, body: send.body, ...signal }, send.onupload)
					: await fetch(address, {
							method,
							headers,
							...(send.body === undefined ? {} : { body: isForm ? (send.body as FormData) : JSON.stringify(send.body) }),
							...signal,
							...(send.keepalive ? { keepalive: true } : {})
						});
		} catch (thrown) {
			if (isAbort(thrown)) throw thrown;
			throw ApiError.unreachable();
		}
		if (response.status === 204) return undefined as T;

		const answer: unknown = await (read && response.ok ? read(response) : response.json()).catch((thrown: unknown) => {
			if (isAbort(thrown)) throw thrown;
			return undefined;
		});
		if (response.ok && answer !== undefined) return answer as T;
		if (response.status === 401 && token && token === this.token) this.onUnauthorized();
		throw toError(response.status, answer);
	}
}

export const client = new Client();

/** True for a request that was given up by its own caller. */
export function isAbort(thrown: unknown): boolean {
	return thrown instanceof DOMException && thrown.name === 'AbortError';
}

function queryText(query: object = {}): string {
	const params = new URLSearchParams();
	for (const [name, value] of Object.entries(query)) {
		if (value !== undefined && value !== '') params.set(name, String(value));
	}
	const text = params.toString();
	return text && '?' + text;
}

function toError(status: number, answer: unknown): ApiError {
	const envelope = typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {};
	const message = typeof envelope['message'] === 'string' ? envelope['message'] : `The server answered ${status} without a message.`;
	const data = envelope['data'];
	// An MFA challenge (401) has no envelope: the whole body is the news.
	if (data === undefined && !('message' in envelope)) return new ApiError(status, message, envelope);
	return new ApiError(status, message, typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {});
}
