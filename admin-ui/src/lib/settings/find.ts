/** A setting, where it stands, and under which heading: that is gone to while the setting is out of sight. */
export interface Found {
	label: string;
	href: string;
	section: string;
}

const some = (href: string, section: string, labels: string[]): Found[] => labels.map((label) => ({ label, href, section }));

/** Every setting by the words it has on its page. */
export const FINDABLE: Found[] = [
	...some('#/settings', 'Name and address', ['Name', 'Address', 'Accent colour', 'Guard collections against accidents']),
	...some('#/settings', 'Batch requests', ['Allow batch requests', 'Requests at most', 'Time at most', 'Body at most']),
	...some('#/settings', 'Environment', ['Name of the environment']),
	...some('#/settings/security', 'Rate limits', ['Limit requests', 'Addresses without limits']),
	...some('#/settings/security', 'Behind a proxy', ['Headers', 'Take the leftmost address']),
	...some('#/settings/security', 'Where superusers may come from', ['Addresses']),
	...some('#/settings/mail', 'Sender', ['Name', 'Address']),
	...some('#/settings/mail', 'SMTP server', [
		'Send through an SMTP server',
		'Host',
		'Port',
		'User',
		'Password',
		'Sign-in method',
		'Name in the greeting',
		'TLS from the start'
	]),
	...some('#/settings/storage', 'Storage', [
		'Keep files in a bucket',
		'Endpoint',
		'Bucket',
		'Region',
		'Access key',
		'Secret',
		'Bucket in the path'
	]),
	...some('#/settings/logs', 'How much', ['Keep for', 'From which level on', 'Details at most']),
	...some('#/settings/logs', 'About people', ['Addresses of callers', 'Ids of those signed in']),
	...some('#/settings/backups', 'By themselves', ['Back up regularly', 'When', 'Keep']),
	...some('#/settings/backups', 'Where they are kept', ['Keep backups in a bucket'])
];

export const findHref = ({ href, label, section }: Found) => `${href}?find=${encodeURIComponent(label)}&in=${encodeURIComponent(section)}`;

const text = (element: Element) => (element.textContent ?? '').trim();

/** Puts the focus on the setting, or on its heading. False while neither is there. */
export function reveal(root: HTMLElement, label: string, section: string): boolean {
	const heading = [...root.querySelectorAll('h2')].find((one) => text(one) === section);
	const near = heading?.closest('section') ?? root;
	// Hints stand in labels of switches, too: their name comes first.
	const words = [...near.querySelectorAll('label')].find((one) => text(one) === label || text(one).startsWith(label));
	const control = words && (words.htmlFor ? document.getElementById(words.htmlFor) : words.querySelector<HTMLElement>('input'));
	if (!control && !heading) return false;
	if (heading && !control) heading.tabIndex = -1;
	const target = control ?? heading;
	target?.scrollIntoView({ block: 'center' });
	target?.focus({ preventScroll: true });
	return true;
}
