import { ApiError } from './error';

type Query = Record<string, string | number | boolean | undefined>;

export interface Send {
	query?: Query;
	body?: unknown;
	signal?: AbortSignal | undefined;
	/** Instead of the session's token; `''` sends the request as a guest. */
	token?: string;
	/** The request outlives the page it was sent from. */
	keepalive?: boolean;
}

/** Speaks JSON to the server this page came from. */
class Client {
	/** Sent with every request; kept current by the session. */
	token = '';
	/** The server no longer accepts `token`. */
	onUnauthorized: () => void = () => {};

	async get<T>(path: string, send: Send = {}): Promise<T> {
		return this.#send<T>('GET', path, send);
	}

	/** An answer that is no JSON. */
	async text(path: string, send: Send = {}): Promise<string> {
		return this.#send<string>('GET', path, send, (response) => response.text());
	}

	async post<T>(path: string, send: Send = {}): Promise<T> {
		return this.#send<T>('POST', path, send);
	}

	async put<T>(path: string, send: Send = {}): Promise<T> {
		return this.#send<T>('PUT', path, send);
	}

	async patch<T>(path: string, send: Send = {}): Promise<T> {
		return this.#send<T>('PATCH', path, send);
	}

	async delete(path: string, send: Send = {}): Promise<void> {
		return this.#send<undefined>('DELETE', path, send);
	}

	async #send<T>(method: string, path: string, send: Send, read?: (response: Response) => Promise<unknown>): Promise<T> {
		const token = send.token ?? this.token;
		const headers: Record<string, string> = {};
		if (token) headers['Authorization'] = token;
		const isForm = send.body instanceof FormData;
		// A form brings its own type, with the boundary between its parts.
		if (send.body !== undefined && !isForm) headers['Content-Type'] = 'application/json';

		let response: Response;
		try {
			response = await fetch(path + queryText(send.query), {
				method,
				headers,
				...(send.body === undefined ? {} : { body: isForm ? (send.body as FormData) : JSON.stringify(send.body) }),
				...(send.signal ? { signal: send.signal } : {}),
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

function queryText(query: Query = {}): string {
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
