import { expect, test } from 'vitest';
import { hasOwnAccent, hueOf, USUAL_ACCENT } from './accent';

test('the hue of a colour is the one the eye sees; greys have none', () => {
	expect(['#ff0000', '#00ff00', '#0000ff', '#ffff00'].map((colour) => Math.round(hueOf(colour) ?? -1))).toEqual([29, 142, 264, 110]);
	expect([hueOf('#808080'), hueOf('red'), hueOf('')]).toEqual([undefined, undefined, undefined]);
	expect([hasOwnAccent(USUAL_ACCENT), hasOwnAccent('#C02060'), hasOwnAccent(undefined)]).toEqual([false, true, false]);
});
