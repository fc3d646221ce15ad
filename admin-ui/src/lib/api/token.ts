/** What a token says about itself; only the server can tell whether it is true. */
export interface Claims {
	/** Seconds since 1970. */
	exp?: number;
	collectionId?: string;
	email?: string;
	newEmail?: string;
}

/** The claims of a token; none for text that is no token. */
export function claimsOf(token: string): Claims {
	try {
		const payload = token.split('.')[1] ?? '';
		const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
		return JSON.parse(new TextDecoder().decode(bytes)) as Claims;
	} catch {
		return {};
	}
}

/** Milliseconds since 1970 at which the token ends; 0 for text that is no token. */
export const expiryOf = (token: string) => (claimsOf(token).exp ?? 0) * 1000;

/** The collection of superusers has the same id on every server. */
const SUPERUSERS = 'pbc_3142635823';

export const isSuperuser = ({ collectionId }: Claims) => collectionId === SUPERUSERS || collectionId === '_superusers';
