import { expect, test } from 'vitest';
import { transform } from './transform.js';

/** @param {string} source */
const keys = (source, file = 'a.svelte') => transform(source, file)?.found.map(({ key }) => key) ?? [];
/** @param {string} source */
const script = (source) => keys(source, 'a.ts');

test('markup: a sentence is one text, with places for what it computes and for its elements', () => {
	expect(keys('<p>\n\tPage {n} of {all}\n</p>')).toEqual(['Page {0} of {1}']);
	expect(keys('<p>Read <a href="#/x">the rules</a> or <code>{x}</code> first.</p>')).toEqual(['Read <0>the rules</0> or <1/> first.']);
	expect(keys('<button><Icon of={X} /> Sign out</button>')).toEqual(['Sign out']);
	expect(keys('<label><input /> {a}: {b}</label>')).toEqual([]);
	expect(keys('{#if a}One text{:else}Another{/if}')).toEqual(['One text', 'Another']);
	expect(keys('<code>Code stays</code><pre>As it is</pre>')).toEqual([]);
});

test('attributes: those that people read', () => {
	expect(keys('<a title="Delete {name}" class="Big red" href="Some where">x</a>')).toEqual(['Delete {0}', 'x']);
	expect(keys('<Field label="Name" size="s" hint={a ? "So it is" : ""} />')).toEqual(['Name', 'So it is']);
});

test('scripts: sentences and names, but no code, keys or comparisons', () => {
	expect(script("const a = 'Save changes'; const b = `${n} saved`;")).toEqual(['Save changes', '{0} saved']);
	expect(script("if (event.key === 'Enter' || kind === 'Some kind') go('/a', { 'Content-Type': 'application/json' });")).toEqual([]);
	expect(script("const q = 'SELECT a FROM b'; const s = 'a, b'; const e = 'AbortError'; import x from 'Y z';")).toEqual([]);
	expect(script("const n = 'Rule'.length; const s = ['Some words', a].join(' ');")).toEqual(['Some words']);
	expect(script("type A = 'Some type'; const b = c as 'Some type';")).toEqual([]);
});

test('what the build cannot tell is said: small words, two senses, counts', () => {
	expect(script("const a = [say('none'), 'none', say('View', 'type')];")).toEqual(['none', 'View [type]']);
	expect(script("counted(n, 'entry', 'entries') + counted(m, 'row')")).toEqual(['entry | entries', 'row | rows']);
});

test('the code that comes out asks for the text and keeps what it computes', () => {
	const { code = '' } = transform('const t = `Copy ${(a, b)} to ${f({ c })}`;', 'a.ts') ?? {};
	expect(code).toContain('__words("Copy {0} to {1}", [(a, b), f({ c })])');
});
