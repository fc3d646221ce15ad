const GROUPED = new Intl.NumberFormat();

/** A count for people: 12,480. Values of records are shown as they are stored instead. */
export const count = (n: number) => GROUPED.format(n);

/** "1 record", "12,480 records". */
export const counted = (n: number, one: string, many = one + 's') => `${count(n)} ${n === 1 ? one : many}`;

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** "5 MB", "1.4 GB": of 1024, as limits are set. */
export function bytes(n: number): string {
	const power = n > 0 ? Math.min(Math.floor(Math.log2(n) / 10), UNITS.length - 1) : 0;
	const size = n / 1024 ** power;
	return `${power > 0 && size < 10 ? Number(size.toFixed(1)) : Math.round(size)} ${UNITS[power]}`;
}
