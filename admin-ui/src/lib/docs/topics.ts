import type { Collection, Rule } from '$lib/api/collection';
import { accountTopics } from './account-topics';
import { bodyOf, expandOf, filterOf, recordOf, sortOf } from './sample';

/** One thing a program can do with a collection. */
export interface Topic {
	id: string;
	title: string;
	about: string;
	method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
	path: string;
	/** The rule that decides; left out where none does. */
	rule?: Rule;
	/** What an open rule means, where it is not "everyone". */
	open?: string;
	/** It is off in this collection. */
	off?: string;
	params?: [string, string][];
	js: string;
	curl: string;
	/** What comes back when all is well. */
	status: number;
	answer?: unknown;
	/** It only reads, so it can be tried here. */
	tries?: 'list' | 'view' | 'plain';
}

export const SHAPES: [string, string][] = [
	['expand', 'Relations to read along: author, comments_via_post.author'],
	['fields', 'Only these fields: id, title, expand.author.name']
];

/** Text for single quotes of a shell. */
const quoted = (value: unknown) => `'${JSON.stringify(value, null, 2).replaceAll("'", `'\\''`)}'`;
/** A value as a program writes it. */
export const literal = (value: unknown, indent = '') =>
	JSON.stringify(value, null, 2)
		.replace(/"([A-Za-z_]\w*)":/g, '$1:')
		.replaceAll('\n', '\n' + indent);

export function curlOf(method: string, url: string, body?: unknown, token = true): string {
	const lines = [`curl -X ${method} '${url}'`];
	if (method === 'GET') lines[0] = `curl '${url}'`;
	if (token) lines.push(`-H "Authorization: $TOKEN"`);
	if (body !== undefined) lines.push(`-H 'Content-Type: application/json'`, `-d ${quoted(body)}`);
	return lines.join(' \\\n  ');
}

/** Every topic of a collection, with samples that run against this server. */
export function topicsOf(collection: Collection, origin: string): Topic[] {
	const { name } = collection;
	const path = `/api/collections/${name}/records`;
	const url = origin + path;
	const record = recordOf(collection);
	const id = String(record['id'] ?? 'RECORD_ID');
	const of = `pb.collection('${name}')`;
	const [filter, sort, expand] = [filterOf(collection), sortOf(collection), expandOf(collection)];
	const options = literal({ filter, sort, ...(expand && { expand }) });
	const query = new URLSearchParams({ perPage: '20', filter, sort, ...(expand && { expand }) }).toString().replaceAll('+', '%20');

	const reading: Topic[] = [
		{
			id: 'list',
			title: 'List and search',
			about: 'A page of records. Records the list rule does not let through are left out.',
			method: 'GET',
			path,
			rule: collection.listRule,
			params: [
				['page, perPage', 'Which page, and how many on it (30; 1000 at most)'],
				['filter', 'Which records: price > 10 && name ~ "lamp"'],
				['sort', 'In which order: -created, name; - turns it around'],
				['skipTotal', 'true leaves out the counting, which is quicker'],
				...SHAPES
			],
			js: `const page = await ${of}.getList(1, 20, ${options});\n\n// all of them, page by page behind the scenes\nconst all = await ${of}.getFullList({ sort: '${sort}' });\n\n// the first that matches\nconst first = await ${of}.getFirstListItem(${JSON.stringify(filter)});`,
			curl: curlOf('GET', `${url}?${query}`),
			status: 200,
			answer: { page: 1, perPage: 20, totalItems: 1, totalPages: 1, items: [record] },
			tries: 'list'
		},
		{
			id: 'view',
			title: 'View',
			about: 'One record by its id.',
			method: 'GET',
			path: `${path}/:id`,
			rule: collection.viewRule,
			params: SHAPES,
			js: `const record = await ${of}.getOne('${id}'${expand && `, { expand: '${expand}' }`});`,
			curl: curlOf('GET', `${url}/${id}${expand && `?expand=${expand}`}`),
			status: 200,
			answer: record,
			tries: 'view'
		}
	];
	if (collection.type === 'view') return [...reading, realtime(collection, origin)];

	const [fresh, changed] = [bodyOf(collection, true), bodyOf(collection, false)];
	const file = collection.fields.find((field) => field.type === 'file' && !field.hidden)?.name;
	const writing: Topic[] = [
		{
			id: 'create',
			title: 'Create',
			about: `Adds a record.${file ? ` Files travel as form data: a File in ${file} is enough, the SDK does the rest.` : ''}`,
			method: 'POST',
			path,
			rule: collection.createRule,
			params: SHAPES,
			js: `const record = await ${of}.create(${literal(fresh)});`,
			curl:
				curlOf('POST', url, fresh) +
				(file
					? `\n\n# with a file\ncurl -X POST '${url}' \\\n  -H "Authorization: $TOKEN" \\\n  -F '@jsonPayload=${JSON.stringify({})}' \\\n  -F '${file}=@photo.png'`
					: ''),
			status: 200,
			answer: record
		},
		{
			id: 'update',
			title: 'Update',
			about: 'Changes the fields that are sent. name+ and name- add to numbers and lists, and take away.',
			method: 'PATCH',
			path: `${path}/:id`,
			rule: collection.updateRule,
			params: SHAPES,
			js: `const record = await ${of}.update('${id}', ${literal(changed)});`,
			curl: curlOf('PATCH', `${url}/${id}`, changed),
			status: 200,
			answer: record
		},
		{
			id: 'delete',
			title: 'Delete',
			about: 'Deletes a record, its files, and what is set to be deleted along.',
			method: 'DELETE',
			path: `${path}/:id`,
			rule: collection.deleteRule,
			js: `await ${of}.delete('${id}');`,
			curl: curlOf('DELETE', `${url}/${id}`),
			status: 204
		}
	];
	return [
		...reading,
		...writing,
		realtime(collection, origin),
		batch(collection, origin, fresh, changed, id),
		...(collection.type === 'auth' ? accountTopics(collection, origin, record) : [])
	];
}

function realtime({ name }: Collection, origin: string): Topic {
	return {
		id: 'realtime',
		title: 'Realtime',
		about:
			'Hears of every record that is created, changed or deleted, as far as the list rule (one record: the view rule) lets the caller see it.',
		method: 'GET',
		path: '/api/realtime',
		js: `// every record; a record's id in place of '*' hears of that one\nconst stop = await pb.collection('${name}').subscribe('*', (event) => {\n  console.log(event.action, event.record);\n});\n\nawait stop();`,
		curl: `# 1. open the stream: the first event has the client's id\ncurl -N '${origin}/api/realtime'\n\n# 2. say what to hear of\n${curlOf('POST', `${origin}/api/realtime`, { clientId: 'CLIENT_ID', subscriptions: [`${name}/*`] })}`,
		status: 200,
		answer: { action: 'create', record: { id: 'k3x9a7q2m5w8r1t', collectionName: name } }
	};
}

function batch({ name }: Collection, origin: string, fresh: object, changed: object, id: string): Topic {
	const path = `/api/collections/${name}/records`;
	const requests = [
		{ method: 'POST', url: path, body: fresh },
		{ method: 'PATCH', url: `${path}/${id}`, body: changed },
		{ method: 'DELETE', url: `${path}/${id}` }
	];
	return {
		id: 'batch',
		title: 'Batch',
		about: 'Several writes as one: all of them happen, or none. Each passes its own rule. Batches have to be on in the settings.',
		method: 'POST',
		path: '/api/batch',
		js: `const batch = pb.createBatch();\nbatch.collection('${name}').create(${literal(fresh)});\nbatch.collection('${name}').update('${id}', ${literal(changed)});\nbatch.collection('${name}').delete('${id}');\nconst results = await batch.send();`,
		curl: curlOf('POST', `${origin}/api/batch`, { requests }),
		status: 200,
		answer: [
			{ status: 200, body: { id } },
			{ status: 200, body: { id } },
			{ status: 204, body: null }
		]
	};
}
