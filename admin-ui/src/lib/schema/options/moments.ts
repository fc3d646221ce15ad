import type { FieldOf } from '$lib/api/collection';

/** When an automatic date is set. */
export const MOMENTS = [
	{ value: 'create', label: 'When a record is created', short: 'Created' },
	{ value: 'update', label: 'When a record is changed', short: 'Changed' },
	{ value: 'both', label: 'When a record is created or changed', short: 'Created and changed' }
] as const;
export type Moment = (typeof MOMENTS)[number]['value'];

type Autodate = Pick<FieldOf<'autodate'>, 'onCreate' | 'onUpdate'>;

export const momentOf = ({ onCreate, onUpdate }: Autodate): Moment => (onCreate && onUpdate ? 'both' : onUpdate ? 'update' : 'create');

export const setMoment = (field: Autodate, moment: Moment) =>
	Object.assign(field, { onCreate: moment !== 'update', onUpdate: moment !== 'create' });
