import type { Component } from 'svelte';
import type { Field, FieldKind, FieldOf } from '$lib/api/collection';
import type { Row } from '$lib/api/record';
import BoolInput from './inputs/BoolInput.svelte';
import DateInput from './inputs/DateInput.svelte';
import EditorInput from './inputs/EditorInput.svelte';
import FileInput from './inputs/FileInput.svelte';
import GeoPointInput from './inputs/GeoPointInput.svelte';
import JsonInput from './inputs/JsonInput.svelte';
import LineInput from './inputs/LineInput.svelte';
import NumberInput from './inputs/NumberInput.svelte';
import PasswordInput from './inputs/PasswordInput.svelte';
import RelationInput from './inputs/RelationInput.svelte';
import SelectInput from './inputs/SelectInput.svelte';
import TextInput from './inputs/TextInput.svelte';

/** What an input is given. Its label points at `id`; groups of controls name themselves by `labelId`. */
export interface Edited<K extends FieldKind> {
	field: FieldOf<K>;
	/** As a form holds it: see form-value.ts. */
	value: unknown;
	onchange: (value: unknown) => void;
	id: string;
	labelId: string;
	/** Ids of its help and its error. */
	notes: string | undefined;
	invalid: boolean;
	/** The stored record; undefined while it is new. */
	row: Row | undefined;
	/** How much of each chosen file is on the server, 0 to 1, while they are on their way; empty otherwise. */
	sent?: ReadonlyMap<File, number>;
	/** Goes on without a file that is on its way. */
	onleaveout?: (file: File) => void;
}

/** The other half of kinds.ts, apart because only the editor loads it. The server writes autodates. */
const inputs: { [K in Exclude<FieldKind, 'autodate'>]: Component<Edited<K>> } = {
	text: TextInput,
	number: NumberInput,
	bool: BoolInput,
	email: LineInput,
	url: LineInput,
	editor: EditorInput,
	date: DateInput,
	select: SelectInput,
	file: FileInput,
	relation: RelationInput,
	json: JsonInput,
	password: PasswordInput,
	geoPoint: GeoPointInput
};

/** The input of a field. It takes the field it was asked for, which the table's type cannot say. */
export function inputOf(field: Field): Component<Edited<FieldKind>> {
	return inputs[field.type as Exclude<FieldKind, 'autodate'>] as unknown as Component<Edited<FieldKind>>;
}
