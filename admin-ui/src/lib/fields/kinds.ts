import Braces from '@lucide/svelte/icons/braces';
import Calendar from '@lucide/svelte/icons/calendar';
import CalendarClock from '@lucide/svelte/icons/calendar-clock';
import Hash from '@lucide/svelte/icons/hash';
import KeyRound from '@lucide/svelte/icons/key-round';
import Link from '@lucide/svelte/icons/link-2';
import Mail from '@lucide/svelte/icons/mail';
import MapPin from '@lucide/svelte/icons/map-pin';
import Paperclip from '@lucide/svelte/icons/paperclip';
import Pilcrow from '@lucide/svelte/icons/pilcrow';
import Tag from '@lucide/svelte/icons/tag';
import ToggleLeft from '@lucide/svelte/icons/toggle-left';
import Type from '@lucide/svelte/icons/type';
import Waypoints from '@lucide/svelte/icons/waypoints';
import type { Component } from 'svelte';
import type { Field, FieldKind, FieldOf } from '$lib/api/collection';
import type { Row } from '$lib/api/record';
import { relatedOf } from '$lib/records/expand';
import { summaryOf } from '$lib/records/summary';
import type { IconOf } from '$lib/ui/icon';
import AutodateCell from './cells/AutodateCell.svelte';
import BoolCell from './cells/BoolCell.svelte';
import DateCell from './cells/DateCell.svelte';
import EditorCell from './cells/EditorCell.svelte';
import EmailCell from './cells/EmailCell.svelte';
import FileCell from './cells/FileCell.svelte';
import GeoPointCell from './cells/GeoPointCell.svelte';
import JsonCell from './cells/JsonCell.svelte';
import NumberCell from './cells/NumberCell.svelte';
import PasswordCell from './cells/PasswordCell.svelte';
import RelationCell from './cells/RelationCell.svelte';
import SelectCell from './cells/SelectCell.svelte';
import TextCell from './cells/TextCell.svelte';
import UrlCell from './cells/UrlCell.svelte';
import DateValue from './values/DateValue.svelte';
import EditorValue from './values/EditorValue.svelte';
import FileValue from './values/FileValue.svelte';
import GeoPointValue from './values/GeoPointValue.svelte';
import JsonValue from './values/JsonValue.svelte';
import RelationValue from './values/RelationValue.svelte';
import TextValue from './values/TextValue.svelte';
import UrlValue from './values/UrlValue.svelte';

/** What a cell or a value in full is given. */
export interface Shown<K extends FieldKind> {
	field: FieldOf<K>;
	row: Row;
	value: unknown;
}

/** How the dashboard treats one kind of field. */
export interface Kind<K extends FieldKind> {
	label: string;
	icon: IconOf;
	/** One line in a table. */
	Cell: Component<Shown<K>>;
	/** The whole value in a record's drawer. */
	Value: Component<Shown<K>>;
	/** Least and most width of a column, in pixels. */
	width: [number, number];
	/** About how many characters the cell shows. */
	length: (value: unknown, row: Row, field: FieldOf<K>) => number;
	/** The server can bring it into an order people expect. */
	sortable: boolean;
	align?: 'end';
}

const textLength = (value: unknown) => String(value ?? '').length;
const listLength = (value: unknown) => (Array.isArray(value) ? value.join('').length + value.length * 4 : textLength(value) + 2);
const fixed = () => 0;

/** Pictures alone in a list; a single file has its name beside it. */
const fileLength = (value: unknown) => (typeof value === 'string' && value ? value.length + 4 : 0);

/** Of the few records a relation's cell names. */
function relationLength(_: unknown, row: Row, field: FieldOf<'relation'>): number {
	const related = relatedOf(row, field.name).slice(0, 3);
	return related.reduce((sum, { id, row }) => sum + (row ? summaryOf(row) : id).length + 3, 0);
}

const kinds: { [K in FieldKind]: Kind<K> } = {
	text: { label: 'Text', icon: Type, Cell: TextCell, Value: TextValue, width: [90, 300], length: textLength, sortable: true },
	number: {
		label: 'Number',
		icon: Hash,
		Cell: NumberCell,
		Value: NumberCell,
		width: [90, 180],
		length: textLength,
		sortable: true,
		align: 'end'
	},
	bool: { label: 'Yes or no', icon: ToggleLeft, Cell: BoolCell, Value: BoolCell, width: [88, 160], length: fixed, sortable: true },
	email: { label: 'Email', icon: Mail, Cell: EmailCell, Value: EmailCell, width: [140, 280], length: textLength, sortable: true },
	url: { label: 'URL', icon: Link, Cell: UrlCell, Value: UrlValue, width: [140, 260], length: textLength, sortable: true },
	editor: {
		label: 'Rich text',
		icon: Pilcrow,
		Cell: EditorCell,
		Value: EditorValue,
		width: [180, 300],
		length: textLength,
		sortable: true
	},
	date: { label: 'Date', icon: Calendar, Cell: DateCell, Value: DateValue, width: [164, 180], length: fixed, sortable: true },
	autodate: {
		label: 'Automatic date',
		icon: CalendarClock,
		Cell: AutodateCell,
		Value: DateValue,
		width: [164, 180],
		length: fixed,
		sortable: true
	},
	select: { label: 'Choice', icon: Tag, Cell: SelectCell, Value: SelectCell, width: [110, 260], length: listLength, sortable: true },
	file: { label: 'File', icon: Paperclip, Cell: FileCell, Value: FileValue, width: [110, 230], length: fileLength, sortable: true },
	relation: {
		label: 'Relation',
		icon: Waypoints,
		Cell: RelationCell,
		Value: RelationValue,
		width: [120, 340],
		length: relationLength,
		sortable: true
	},
	json: {
		label: 'JSON',
		icon: Braces,
		Cell: JsonCell,
		Value: JsonValue,
		width: [140, 260],
		length: (value) => (JSON.stringify(value) ?? '').length,
		sortable: false
	},
	password: {
		label: 'Password',
		icon: KeyRound,
		Cell: PasswordCell,
		Value: PasswordCell,
		width: [110, 140],
		length: fixed,
		sortable: false
	},
	geoPoint: { label: 'Place', icon: MapPin, Cell: GeoPointCell, Value: GeoPointValue, width: [190, 200], length: fixed, sortable: false }
};

/** The treatment of a field. Its parts take the field they were asked for, which the table's type cannot say. */
export function kindOf(field: Field): Kind<FieldKind> {
	return kinds[field.type] as unknown as Kind<FieldKind>;
}

/** The treatment of a kind, where there is no field yet. */
export const kindNamed = (kind: FieldKind) => kinds[kind];
