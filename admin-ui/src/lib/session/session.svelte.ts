import { client } from '$lib/api/client';
import { ApiError } from '$lib/api/error';
import { refresh, type Signed } from '$lib/api/superuser';
import { expiryOf } from '$lib/api/token';

const KEY = 'cratebase.session';
const CHECK_EVERY_MS = 60_000;

/** Who is signed in. Kept in the browser's storage, so that all tabs sign in and out together. */
class Session {
	#signed = $state.raw<Signed | undefined>(read());
	#issuedAt = Date.now();
	/** Why the last session ended, for the sign-in screen. */
	ended = $state<'' | 'expired'>('');

	constructor() {
		this.#use(this.#signed);
		client.onUnauthorized = () => this.end('expired');
		addEventListener('storage', (event) => {
			if (event.key === KEY || event.key === null) this.#use(read());
		});
		if (this.#signed) void this.#renew();
		setInterval(() => void this.#renewWhenDue(), CHECK_EVERY_MS);
	}

	/** Stays the same through a refresh of the token, so that nothing is loaded again for it. */
	active = $derived(this.#signed !== undefined);

	get email(): string {
		return this.#signed?.record.email ?? '';
	}

	/** The id of the signed-in superuser's record. */
	get id(): string {
		return this.#signed?.record.id ?? '';
	}

	start(signed: Signed): void {
		localStorage.setItem(KEY, JSON.stringify(signed));
		this.ended = '';
		this.#use(signed);
	}

	end(why: '' | 'expired' = ''): void {
		localStorage.removeItem(KEY);
		this.ended = why;
		this.#use(undefined);
	}

	#use(signed: Signed | undefined): void {
		this.#signed = signed;
		this.#issuedAt = Date.now();
		client.token = signed?.token ?? '';
	}

	/** Long before the end, so that a sleeping laptop seldom wakes up signed out. */
	async #renewWhenDue(): Promise<void> {
		const token = this.#signed?.token;
		if (!token) return;
		const half = (expiryOf(token) - this.#issuedAt) / 2;
		if (Date.now() - this.#issuedAt > half) await this.#renew();
	}

	async #renew(): Promise<void> {
		const token = this.#signed?.token;
		if (!token) return;
		try {
			const signed = await refresh(token);
			// Somebody may have signed out while the answer was on its way.
			if (this.#signed?.token === token) this.start(signed);
		} catch (thrown) {
			const { status } = ApiError.from(thrown);
			if (status === 401 || status === 403) this.end('expired');
		}
	}
}

/** The stored session, unless its token is over. */
function read(): Signed | undefined {
	try {
		const signed = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Signed | null;
		return signed && expiryOf(signed.token) > Date.now() ? signed : undefined;
	} catch {
		return undefined;
	}
}

export const session = new Session();
