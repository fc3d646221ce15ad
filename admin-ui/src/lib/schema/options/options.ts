import type { Component } from 'svelte';
import type { Field, FieldKind, FieldOf } from '$lib/api/collection';
import type { Draft, FieldRow } from '../draft.svelte';
import AutodateOptions from './AutodateOptions.svelte';
import DateOptions from './DateOptions.svelte';
import DomainOptions from './DomainOptions.svelte';
import EditorOptions from './EditorOptions.svelte';
import FileOptions from './FileOptions.svelte';
import JsonOptions from './JsonOptions.svelte';
import NumberOptions from './NumberOptions.svelte';
import PasswordOptions from './PasswordOptions.svelte';
import RelationOptions from './RelationOptions.svelte';
import SelectOptions from './SelectOptions.svelte';
import TextOptions from './TextOptions.svelte';

/** What the options of one kind of field are given. */
export interface OptionsOf<K extends FieldKind> {
	field: FieldOf<K>;
	/** The field as the server has it. */
	before: FieldOf<K> | undefined;
	draft: Draft;
	row: FieldRow;
	error: (option: string) => string | undefined;
}

interface Kind<K extends FieldKind> {
	/** When to take it, in a few words. */
	use: string;
	/** What counts as empty, for "required". */
	empty?: string;
	Options?: Component<OptionsOf<K>, object, 'field'>;
}

/** How each kind is set up; in the order of the menu. */
const kinds: { [K in FieldKind]: Kind<K> } = {
	text: { use: 'Names, titles, codes', empty: 'An empty text is refused.', Options: TextOptions },
	editor: { use: 'Formatted text (HTML)', empty: 'An empty text is refused.', Options: EditorOptions },
	number: { use: 'Whole or decimal', empty: 'Nothing and 0 are refused.', Options: NumberOptions },
	bool: { use: 'A switch', empty: 'Only yes is taken.' },
	email: { use: 'One address', empty: 'An empty address is refused.', Options: DomainOptions },
	url: { use: 'A web address', empty: 'An empty address is refused.', Options: DomainOptions },
	date: { use: 'A day and a time', empty: 'No date is refused.', Options: DateOptions },
	autodate: { use: 'Set when records are saved', Options: AutodateOptions },
	select: { use: 'One or several of a list', empty: 'No choice is refused.', Options: SelectOptions },
	relation: { use: 'Links to other records', empty: 'No record is refused.', Options: RelationOptions },
	file: { use: 'Uploads', empty: 'No file is refused.', Options: FileOptions },
	json: { use: 'Anything nested', empty: 'null, "", [] and {} are refused.', Options: JsonOptions },
	geoPoint: { use: 'Longitude and latitude', empty: 'The point 0/0 is refused.' },
	password: { use: 'Kept as a hash, never shown', empty: 'An empty password is refused.', Options: PasswordOptions }
};

export const MENU = Object.keys(kinds) as FieldKind[];

/** The parts take the kind they were asked for, which the table's type cannot say. */
export const setupOf = (kind: Field['type']) => kinds[kind] as unknown as Kind<FieldKind>;
