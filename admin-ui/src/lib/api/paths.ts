import type { paths } from './schema';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The paths the server answers with a method. */
export type PathOf<M extends Method> = { [P in keyof paths]: paths[P][M] extends object ? P : never }[keyof paths];

type Parameters<M extends Method, P extends PathOf<M>> = paths[P][M] extends { parameters: infer Found } ? Found : never;

/** What stands in the braces of a path. */
export type Places<M extends Method, P extends PathOf<M>> = Parameters<M, P> extends { path: infer Found } ? Found : undefined;

/** What may stand behind its question mark. */
export type Query<M extends Method, P extends PathOf<M>> =
	Parameters<M, P> extends { query?: infer Found } ? { [K in keyof Found]: Found[K] | undefined } : undefined;

/** `/api/crons/{id}` and `{ id: 'a/b' }` to `/api/crons/a%2Fb`. */
export const fill = (path: string, places: object = {}): string =>
	path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String((places as Record<string, unknown>)[name])));
