const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** 5 MiB, 1.5 KiB, 120 bytes. */
export function sizeText(bytes: number): string {
	let value = bytes;
	let unit = 0;
	while (value >= 1024 && unit < UNITS.length - 1) {
		value /= 1024;
		unit++;
	}
	return `${Number(value.toFixed(value < 10 ? 1 : 0))} ${UNITS[unit] ?? ''}`;
}
