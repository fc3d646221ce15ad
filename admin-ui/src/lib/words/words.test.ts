import { afterEach, expect, test } from 'vitest';
import { heard, parts, plural, speak, words } from './words';

afterEach(() => speak({}));

test('without a catalogue, or without an entry, English is spoken', () => {
	speak({ 'Save changes': '' });
	expect(words('Save changes')).toBe('Save changes');
	expect(words('Page {0} of {1}', [2, 9])).toBe('Page 2 of 9');
});

test('the order of what is filled in is the language’s', () => {
	speak({ '{0} of {1}': 'von {1} die {0}', 'View [type]': 'View', View: 'Ansehen' });
	expect(words('{0} of {1}', ['a', '{1}'])).toBe('von {1} die a');
	expect([words('View'), words('View', [], 'View [type]')]).toEqual(['Ansehen', 'View']);
});

test('elements move with their words', () => {
	speak({ 'Read <0>the rules</0> of <1/>.': '<1/>: <0>Regeln</0> lesen, {0}.' });
	expect(parts('Read <0>the rules</0> of <1/>.', ['ja'])).toEqual([
		{ at: 1, text: '' },
		{ text: ': ' },
		{ at: 0, text: 'Regeln' },
		{ text: ' lesen, ja.' }
	]);
});

test('counts take the form their language has for them', () => {
	speak({ 'row | rows': 'Zeile | Zeilen' });
	expect([plural('one', 'row', 'rows'), plural('other', 'row', 'rows'), plural('other', 'x', 'xs')]).toEqual(['Zeile', 'Zeilen', 'xs']);
});

test('what the server says is told by its sentence, else by its code, else as it came', () => {
	speak({
		'Cannot be blank. [server]': 'Darf nicht leer sein.',
		'The length must be between {0} and {1}. [server]': 'Zwischen {0} und {1} Zeichen.',
		'Invalid query - {0}. [server]': 'Ungültige Abfrage: {0}.',
		'{0} of {1}': 'nicht hier',
		'validation_x [code]': 'Geht nicht.'
	});
	expect(heard('Cannot be blank.')).toBe('Darf nicht leer sein.');
	expect(heard('The length must be between 1 and 255.')).toBe('Zwischen 1 und 255 Zeichen.');
	expect(heard('Invalid query - no such\ntable.')).toBe('Ungültige Abfrage: no such table.');
	expect(heard('One of two', 'validation_x')).toBe('Geht nicht.');
	expect([heard('One of two'), heard('One of two', 'validation_y')]).toEqual(['One of two', 'One of two']);
});
