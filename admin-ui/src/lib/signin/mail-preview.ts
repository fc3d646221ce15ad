/** A template with something in every place that is filled when it is sent. */
export function filledIn(text: string, collection: string): string {
	const values: Record<string, string> = {
		APP_NAME: 'Acme',
		APP_URL: location.origin,
		TOKEN: 'TOKEN',
		OTP: '48201937',
		OTP_ID: 'k3x9a7q2m5w8r1t',
		ALERT_INFO: '2026-03-14 09:26:53.589Z - 203.0.113.7 Mozilla/5.0'
	};
	return text
		.replace(/\{([A-Z_]+)\}/g, (whole, name: string) => values[name] ?? whole)
		.replace(/\{RECORD:(\w+)\}/g, (_, field: string) => (field === 'email' ? `kim@${collection || 'example'}.example` : field));
}

/** About the page the server puts around a mail's text. */
export const mailPage = (body: string) =>
	`<!doctype html><meta charset="utf-8"><style>body{margin:0;padding:24px;font:15px/1.6 system-ui,sans-serif;color:#16161a;background:#fff}.btn{display:inline-block;padding:8px 20px;border-radius:6px;background:#16161a;color:#fff;text-decoration:none;font-weight:600}</style>${body}`;
