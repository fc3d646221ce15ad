import { expect, test } from 'vitest';
import { sentOfFiles } from './upload';

test('what is sent of a form is told by file, in the order of the body', () => {
	const [small, large] = [new File([new Uint8Array(100)], 'a.bin'), new File([new Uint8Array(300)], 'b.bin')];
	const form = new FormData();
	form.set('@jsonPayload', 'x'.repeat(40));
	form.append('files+', small);
	form.append('files+', large);
	// 440 bytes of parts, and 20 before each of the three.
	const shares = (sent: number) => [...sentOfFiles(form, sent, 500).values()];
	expect(shares(0)).toEqual([0, 0]);
	expect(shares(80)).toEqual([0, 0]);
	expect(shares(130)).toEqual([0.5, 0]);
	expect(shares(180)).toEqual([1, 0]);
	expect(shares(350)).toEqual([1, 0.5]);
	expect(shares(500)).toEqual([1, 1]);
});

test('an empty file is there once the whole is', () => {
	const form = new FormData();
	const empty = new File([], 'nothing.txt');
	form.set('file', empty);
	expect(sentOfFiles(form, 60, 120).get(empty)).toBe(0);
	expect(sentOfFiles(form, 120, 120).get(empty)).toBe(1);
});
