import { deflateSync, crc32 } from 'node:zlib';

/** A small PNG: a soft gradient of one hue. @param {number} seed @returns {Blob} */
export function picture(seed, size = 96) {
	const rows = Buffer.alloc(size * (size * 3 + 1));
	const wave = (/** @type {number} */ shift) => 150 + 90 * Math.sin(seed * 1.7 + shift);
	for (let y = 0; y < size; y++) {
		for (let x = 0; x < size; x++) {
			const at = y * (size * 3 + 1) + 1 + x * 3;
			const light = 0.55 + (0.45 * (x + y)) / (2 * size);
			rows[at] = wave(0) * light;
			rows[at + 1] = wave(2.1) * light;
			rows[at + 2] = wave(4.2) * light;
		}
	}
	const head = Buffer.alloc(13);
	head.writeUInt32BE(size, 0);
	head.writeUInt32BE(size, 4);
	head.set([8, 2, 0, 0, 0], 8);
	const png = Buffer.concat([
		Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
		chunk('IHDR', head),
		chunk('IDAT', deflateSync(rows)),
		chunk('IEND', Buffer.alloc(0))
	]);
	return new Blob([png], { type: 'image/png' });
}

/** @param {string} type @param {Buffer} data */
function chunk(type, data) {
	const body = Buffer.concat([Buffer.from(type, 'ascii'), data]);
	const out = Buffer.alloc(body.length + 8);
	out.writeUInt32BE(data.length, 0);
	body.copy(out, 4);
	out.writeUInt32BE(crc32(body), body.length + 4);
	return out;
}
