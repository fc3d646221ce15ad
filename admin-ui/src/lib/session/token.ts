interface Claims {
	/** Seconds since 1970. */
	exp: number;
}

/** Milliseconds since 1970 at which the token ends; 0 for text that is no token. */
export function expiryOf(token: string): number {
	try {
		const payload = token.split('.')[1] ?? '';
		const claims = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as Partial<Claims>;
		return (claims.exp ?? 0) * 1000;
	} catch {
		return 0;
	}
}
