const GROUPED = new Intl.NumberFormat();

/** A count for people: 12,480. Values of records are shown as they are stored instead. */
export const count = (n: number) => GROUPED.format(n);

/** "1 record", "12,480 records". */
export const counted = (n: number, one: string, many = one + 's') => `${count(n)} ${n === 1 ? one : many}`;
