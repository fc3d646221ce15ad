import type { Collection } from '$lib/api/collection';

/** A rule that is often wanted, written for this collection. */
export interface Pattern {
	title: string;
	text: string;
}

const SIGNED_IN = "@request.auth.id != ''";

export function patternsFor(collection: Collection, all: Collection[], changes: boolean): Pattern[] {
	const accounts = all.filter((one) => one.type === 'auth' && !one.system);
	const out: Pattern[] = [{ title: 'Anyone who is signed in', text: SIGNED_IN }];
	if (collection.type === 'auth') out.push({ title: 'The account itself', text: 'id = @request.auth.id' });
	for (const field of collection.fields) {
		if (field.type !== 'relation' || !all.some((one) => one.id === field.collectionId && one.type === 'auth')) continue;
		const sign = field.maxSelect > 1 ? '.id ?=' : ' =';
		out.push({ title: `The account in ${field.name}`, text: `${SIGNED_IN} && ${field.name}${sign} @request.auth.id` });
	}
	if (accounts.length > 1)
		for (const { name } of accounts) out.push({ title: `Accounts of ${name}`, text: `@request.auth.collectionName = '${name}'` });
	const flag = collection.fields.find((field) => field.type === 'bool' && !field.system);
	if (flag && !changes) out.push({ title: `Only where ${flag.name}`, text: `${flag.name} = true` });
	if (accounts.length > 0) out.push({ title: 'Verified accounts', text: '@request.auth.verified = true' });
	const kept = collection.fields.find((field) => !field.system && field.type !== 'autodate');
	if (changes && kept) out.push({ title: `As long as ${kept.name} stays`, text: `@request.body.${kept.name}:changed = false` });
	return out.slice(0, 7);
}
