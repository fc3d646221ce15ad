/** Hues that stay apart from one another and from the reds of errors. */
const HUES = [205, 265, 155, 75, 310, 235, 120, 340, 180, 50];

/** The hue of a choice: its place among the field's values decides. */
export const hueAt = (index: number) => HUES[((index % HUES.length) + HUES.length) % HUES.length] ?? 205;

/** A steady hue for any text. */
export function hueOf(text: string): number {
	let sum = 0;
	for (const character of text) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 997;
	return hueAt(sum);
}
