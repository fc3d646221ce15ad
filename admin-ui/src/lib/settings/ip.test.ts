import { expect, test } from 'vitest';
import { holds } from './ip';

test('an address is in a list by itself, or by a network of it', () => {
	expect(holds(['203.0.113.7'], '203.0.113.7')).toBe(true);
	expect(holds(['10.0.0.0/8'], '10.200.3.4')).toBe(true);
	expect(holds(['0.0.0.0/0'], '198.51.100.1')).toBe(true);
	expect(holds(['10.0.0.0/9', '192.168.1.0/24'], '10.200.3.4')).toBe(false);
	expect(holds(['2001:db8::/32'], '203.0.113.7')).toBe(false);
	expect(holds(['2001:DB8::1'], '2001:db8::1')).toBe(true);
	expect(holds([], '127.0.0.1')).toBe(false);
});
