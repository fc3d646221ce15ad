/** An IPv4 address as a number; undefined for anything else. */
function numberOf(text: string): number | undefined {
	const parts = text.split('.');
	if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
	return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

/**
 * Whether one of the addresses or networks is known to hold the address. Networks of IPv6 are not looked into: for
 * asking once more that is good enough.
 */
export function holds(list: string[], address: string): boolean {
	const own = numberOf(address);
	return list.some((entry) => {
		const [base = '', bits] = entry.trim().split('/');
		if (bits === undefined) return base.toLowerCase() === address.toLowerCase();
		const net = numberOf(base);
		if (own === undefined || net === undefined) return false;
		const size = 2 ** (32 - Number(bits));
		return Math.floor(own / size) === Math.floor(net / size);
	});
}
