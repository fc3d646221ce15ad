import { expect, test } from 'vitest';
import { match } from './match';

const marked = (sought: string, title: string, place = '') => {
	const hit = match(sought, title, place);
	return (
		hit &&
		title
			.split('')
			.map((character, i) => (hit.marks.includes(i) ? character.toUpperCase() : character))
			.join('')
	);
};
const score = (sought: string, title: string) => match(sought, title, '')?.score ?? -Infinity;

test('pieces are marked where a word begins, if they can be', () => {
	expect(marked('ord', 'record orders')).toBe('record ORDers');
	expect(marked('ord', 'record')).toBe('recORD');
});

test('words may come in any order, and from the place', () => {
	expect(marked('rules prod', 'products: rules')).toBe('PRODucts: RULES');
	expect(marked('mail sett', 'mail', 'Settings')).toBe('MAIL');
	expect(match('prod rulez', 'products: rules', 'Collection')).toBeUndefined();
});

test('letters in order are enough, at the start of words by preference', () => {
	expect(marked('nc', 'new record in collection')).toBe('New record in Collection');
	expect(marked('bkup', 'backups')).toBe('BacKUPs');
	expect(match('pukb', 'backups', '')).toBeUndefined();
});

test('what begins with it comes before what has it somewhere, pieces before letters, short before long', () => {
	expect(score('ord', 'orders')).toBeGreaterThan(score('ord', 'my orders'));
	expect(score('ord', 'my orders')).toBeGreaterThan(score('ord', 'record'));
	expect(score('ord', 'record')).toBeGreaterThan(score('ord', 'open rules dialog'));
	expect(score('ord', 'orders')).toBeGreaterThan(score('ord', 'orders: rules'));
});
