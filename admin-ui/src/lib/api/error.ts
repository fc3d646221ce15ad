import { heard } from '$lib/words/words';

/** One failing property of a request body: `code` for programs, `message` for people. */
export interface FieldError {
	code: string;
	message: string;
	params?: Record<string, unknown>;
}

/** An answer that is not a success, or none at all (`status` 0). Its sentences are of the language in use where they are known. */
export class ApiError extends Error {
	readonly status: number;
	/** The message as it came: for whoever reports it. */
	readonly original: string;
	/** Property → its error; properties of properties nest. */
	readonly data: Record<string, unknown>;

	constructor(status: number, message: string, data: Record<string, unknown> = {}) {
		super(heard(message));
		this.name = 'ApiError';
		this.status = status;
		this.original = message;
		this.data = data;
	}

	/** What the server says about one property of the request. */
	field(name: string): FieldError | undefined {
		const found = this.data[name];
		return isFieldError(found) ? { ...found, message: said(found) } : undefined;
	}

	/** Every property the server named, with its message. */
	fields(): Record<string, string> {
		const messages: Record<string, string> = {};
		for (const [name, found] of Object.entries(this.data)) {
			if (isFieldError(found)) messages[name] = said(found);
		}
		return messages;
	}

	/** As `fields`, with what is nested under dotted paths: `smtp.host`, `rateLimits.rules.0.label`. */
	paths(): Record<string, string> {
		const messages: Record<string, string> = {};
		const walk = (found: Record<string, unknown>, path: string) => {
			for (const [name, value] of Object.entries(found)) {
				if (isFieldError(value)) messages[path + name] = said(value);
				else if (typeof value === 'object' && value !== null) walk(value as Record<string, unknown>, `${path}${name}.`);
			}
		};
		walk(this.data, '');
		return messages;
	}

	/** The message about a part of a property: `at('fields', 3, 'max')`. */
	at(...path: (string | number)[]): string | undefined {
		let found: unknown = this.data;
		for (const key of path) {
			if (typeof found !== 'object' || found === null || isFieldError(found)) return undefined;
			found = (found as Record<string, unknown>)[key];
		}
		return isFieldError(found) ? said(found) : undefined;
	}

	/** Whether the server named this property, or anything inside it. */
	names(...path: (string | number)[]): boolean {
		let found: unknown = this.data;
		for (const key of path) found = typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[key] : undefined;
		return found !== undefined;
	}

	/** All of it as it came, for whoever reports it. */
	get details(): string {
		return JSON.stringify({ status: this.status, message: this.original, data: this.data }, null, 2);
	}

	static unreachable(): ApiError {
		return new ApiError(0, 'The server does not answer. Check that it is running and that you are online.');
	}

	/** Anything thrown, as an ApiError; our own mistakes too must be readable on the screen. */
	static from(thrown: unknown): ApiError {
		if (thrown instanceof ApiError) return thrown;
		return new ApiError(0, thrown instanceof Error ? thrown.message : String(thrown));
	}
}

const said = ({ code, message }: FieldError) => heard(message, code);

function isFieldError(value: unknown): value is FieldError {
	return typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string';
}
