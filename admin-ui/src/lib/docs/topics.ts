import type { Collection } from '$lib/api/collection';
import { accountTopics } from './account-topics';
import { badQuery, done, failedBatch, invalid, locked, missing, noBatch, noStream, ok, referenced } from './answers';
import { fieldParams, PAGES, SHAPES } from './params';
import { bodyOf, expandOf, filterOf, recordOf, sortOf } from './sample';
import { curlOf, dartLiteral, dartText, literal, text, type Topic } from './topic';

/** What is not to be read from the collection. */
export interface Surroundings {
	origin: string;
	/** Batches are on in the settings; undefined while nobody knows. */
	batches: boolean | undefined;
}

/** Every topic of a collection, with samples that run against this server. */
export function topicsOf(collection: Collection, { origin, batches }: Surroundings): Topic[] {
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
			query: PAGES,
			js: `const page = await ${of}.getList(1, 20, ${options});\n\n// all of them, page by page behind the scenes\nconst all = await ${of}.getFullList({ sort: '${sort}' });\n\n// the first that matches\nconst first = await ${of}.getFirstListItem(${text(filter)});`,
			dart: `final page = await ${of}.getList(\n  page: 1,\n  perPage: 20,\n  filter: ${dartText(filter)},\n  sort: '${sort}',${expand && `\n  expand: '${expand}',`}\n);\n\n// all of them, page by page behind the scenes\nfinal all = await ${of}.getFullList(sort: '${sort}');\n\n// the first that matches\nfinal first = await ${of}.getFirstListItem(${dartText(filter)});`,
			curl: curlOf('GET', `${url}?${query}`),
			answers: [ok({ page: 1, perPage: 20, totalItems: 1, totalPages: 1, items: [record] }), badQuery, locked],
			tries: 'list'
		},
		{
			id: 'view',
			title: 'View',
			about: 'One record by its id.',
			method: 'GET',
			path: `${path}/:id`,
			rule: collection.viewRule,
			query: SHAPES,
			js: `const record = await ${of}.getOne('${id}'${expand && `, { expand: '${expand}' }`});`,
			dart: `final record = await ${of}.getOne('${id}'${expand && `, expand: '${expand}'`});`,
			curl: curlOf('GET', `${url}/${id}${expand && `?expand=${expand}`}`),
			answers: [ok(record), locked, missing],
			tries: 'view'
		}
	];
	// A view has no writes that could be followed.
	if (collection.type === 'view') return reading;

	const [fresh, changed] = [bodyOf(collection, true), bodyOf(collection, false)];
	const file = collection.fields.find((field) => field.type === 'file' && !field.hidden)?.name;
	const blamed = Object.keys(fresh)[0] ?? 'id';
	const writing: Topic[] = [
		{
			id: 'create',
			title: 'Create',
			about: `Adds a record.${file ? ` Files travel as form data: a File in ${file} is enough, the SDK does the rest.` : ''}`,
			method: 'POST',
			path,
			rule: collection.createRule,
			query: SHAPES,
			body: fieldParams(collection, true),
			js: `const record = await ${of}.create(${literal(fresh)});`,
			dart: `final record = await ${of}.create(body: <String, dynamic>${dartLiteral(fresh)});`,
			curl: curlOf('POST', url, fresh) + (file ? withFile(url, file, fresh) : ''),
			answers: [ok(record), invalid('Failed to create record.', blamed), locked]
		},
		{
			id: 'update',
			title: 'Update',
			about: 'Changes the fields that are sent. name+ and name- add to numbers and lists, and take away.',
			method: 'PATCH',
			path: `${path}/:id`,
			rule: collection.updateRule,
			query: SHAPES,
			body: fieldParams(collection, false),
			js: `const record = await ${of}.update('${id}', ${literal(changed)});`,
			dart: `final record = await ${of}.update('${id}', body: <String, dynamic>${dartLiteral(changed)});`,
			curl: curlOf('PATCH', `${url}/${id}`, changed),
			answers: [ok(record), invalid('Failed to update record.', blamed), locked, missing]
		},
		{
			id: 'delete',
			title: 'Delete',
			about: 'Deletes a record, its files, and what is set to be deleted along.',
			method: 'DELETE',
			path: `${path}/:id`,
			rule: collection.deleteRule,
			js: `await ${of}.delete('${id}');`,
			dart: `await ${of}.delete('${id}');`,
			curl: curlOf('DELETE', `${url}/${id}`),
			answers: [done, referenced, locked, missing]
		}
	];
	return [
		...reading,
		...writing,
		realtime(collection, origin),
		{
			...batch(collection, origin, fresh, changed, id),
			...(batches === false && { off: 'Batches are off: turn them on in the settings.' })
		},
		...(collection.type === 'auth' ? accountTopics(collection, origin, record) : [])
	];
}

const withFile = (url: string, file: string, fresh: object) =>
	`\n\n# with a file\ncurl -X POST '${url}' \\\n  -H "Authorization: $TOKEN" \\\n  -F '@jsonPayload=${JSON.stringify(fresh).replaceAll("'", `'\\''`)}' \\\n  -F '${file}=@photo.png'`;

function realtime({ name }: Collection, origin: string): Topic {
	return {
		id: 'realtime',
		title: 'Realtime',
		about:
			'Hears of every record that is created, changed or deleted, as far as the list rule (one record: the view rule) lets the caller see it.',
		method: 'GET',
		path: '/api/realtime',
		body: [
			{ name: 'clientId', type: 'string', about: 'As the first event of the stream says it', required: true },
			{ name: 'subscriptions', type: 'string[]', about: `What to hear of: ${name}/* for all, ${name}/RECORD_ID for one`, required: true }
		],
		js: `// every record; a record's id in place of '*' hears of that one\nconst stop = await pb.collection('${name}').subscribe('*', (event) => {\n  console.log(event.action, event.record);\n});\n\nawait stop();`,
		own: `// every change once and in order, across lost connections; first all there is\nconst feed = await cb.feed('${name}', (event) => {\n  if (event.action === 'snapshot') console.log(event.records);\n  else console.log(event.action, event.record);\n}, { snapshot: true });\n\nfeed.close();`,
		dart: `// every record; a record's id in place of '*' hears of that one\nfinal stop = await pb.collection('${name}').subscribe('*', (event) {\n  print('\${event.action} \${event.record}');\n});\n\nawait stop();`,
		curl: `# 1. open the stream: the first event has the client's id\ncurl -N '${origin}/api/realtime'\n\n# 2. say what to hear of\n${curlOf('POST', `${origin}/api/realtime`, { clientId: 'CLIENT_ID', subscriptions: [`${name}/*`] })}`,
		answers: [ok({ action: 'create', record: { id: 'k3x9a7q2m5w8r1t', collectionName: name } }), noStream]
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
		about: 'Several writes as one: all of them happen, or none. Each passes its own rule.',
		method: 'POST',
		path: '/api/batch',
		body: [
			{ name: 'requests', type: 'object[]', about: 'The writes in their order', required: true },
			{ name: 'requests.method', type: 'string', about: 'POST creates, PATCH changes, PUT does either, DELETE deletes', required: true },
			{ name: 'requests.url', type: 'string', about: 'The address without the host', required: true },
			{ name: 'requests.body', type: 'object', about: 'As it would be sent alone' }
		],
		js: `const batch = pb.createBatch();\nbatch.collection('${name}').create(${literal(fresh)});\nbatch.collection('${name}').update('${id}', ${literal(changed)});\nbatch.collection('${name}').delete('${id}');\nconst results = await batch.send();`,
		dart: `final batch = pb.createBatch();\nbatch.collection('${name}').create(body: <String, dynamic>${dartLiteral(fresh)});\nbatch.collection('${name}').update('${id}', body: <String, dynamic>${dartLiteral(changed)});\nbatch.collection('${name}').delete('${id}');\nfinal results = await batch.send();`,
		curl: curlOf('POST', `${origin}/api/batch`, { requests }),
		answers: [
			ok([
				{ status: 200, body: { id } },
				{ status: 200, body: { id } },
				{ status: 204, body: null }
			]),
			failedBatch,
			noBatch
		]
	};
}
