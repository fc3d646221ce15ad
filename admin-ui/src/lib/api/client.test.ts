import { afterEach, describe, expect, test, vi } from 'vitest';
import { client } from './client';
import { ApiError } from './error';

afterEach(() => vi.unstubAllGlobals());

function answering(status: number, body: unknown) {
	const fetched = vi.fn(async () => new Response(status === 204 ? null : JSON.stringify(body), { status }));
	vi.stubGlobal('fetch', fetched);
	return fetched as unknown as { mock: { calls: [string, RequestInit][] } };
}

describe('a request', () => {
	test('fills the places of its path and leaves out what is not asked for', async () => {
		const { mock } = answering(200, { items: [] });
		await client.get('/api/collections/{collection}/records', {
			path: { collection: 'a/b c' },
			query: { filter: 'x = "&"', sort: undefined, page: 2 }
		});
		expect(mock.calls[0]?.[0]).toBe('/api/collections/a%2Fb%20c/records?filter=x+%3D+%22%26%22&page=2');
	});

	test('sends JSON as such, and lets a form bring its own type', async () => {
		const { mock } = answering(200, {});
		await client.post('/api/sql', { body: { query: 'SELECT 1' } });
		await client.post('/api/backups/upload', { body: new FormData() });
		expect(mock.calls.map(([, init]) => (init.headers as Record<string, string>)['Content-Type'])).toEqual(['application/json', undefined]);
	});

	test('that is refused throws what the server said', async () => {
		answering(400, { status: 400, message: 'No.', data: { title: { code: 'x', message: 'Too long.' } } });
		const thrown = await client.get('/api/settings').catch((error: unknown) => error);
		expect(thrown).toBeInstanceOf(ApiError);
		expect((thrown as ApiError).at('title')).toBe('Too long.');
	});

	test('a session that is over is reported once; a guest has none', async () => {
		answering(401, { status: 401, message: 'No.', data: {} });
		const over = vi.spyOn(client, 'onUnauthorized').mockImplementation(() => {});
		client.token = 'old';
		await client.get('/api/settings').catch(() => {});
		await client.get('/api/settings', { token: '' }).catch(() => {});
		client.token = '';
		expect(over).toHaveBeenCalledTimes(1);
	});
});

/** Never run: svelte-check reads it, and complains where nothing is wrong any more. */
export function mistakes() {
	// @ts-expect-error no such path
	void client.get('/api/backup');
	// @ts-expect-error not with this method
	void client.put('/api/backups');
	// @ts-expect-error its place is not filled
	void client.delete('/api/backups/{key}');
	// @ts-expect-error nor with this name
	void client.delete('/api/backups/{key}', { path: { name: 'x' } });
	// @ts-expect-error no such parameter
	void client.get('/api/logs', { query: { order: 'x' } });
}
