import Boxes from '@lucide/svelte/icons/boxes';
import Database from '@lucide/svelte/icons/database';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import Settings from '@lucide/svelte/icons/settings';
import type { IconOf } from '$lib/ui/icon';

interface Screen {
	href: string;
	title: string;
	icon: IconOf;
	/** Beginning of the routes it stands for. */
	route: string;
	/** The letter behind `g` that goes there. */
	key: string;
}

/** The dashboard's screens. One more is one more line. */
export const SCREENS: Screen[] = [
	{ href: '#/collections', title: 'Collections', icon: Boxes, route: '/(app)/collections', key: 'c' },
	{ href: '#/logs', title: 'Logs', icon: ScrollText, route: '/(app)/logs', key: 'l' },
	{ href: '#/sql', title: 'SQL', icon: Database, route: '/(app)/sql', key: 'q' },
	{ href: '#/settings', title: 'Settings', icon: Settings, route: '/(app)/settings', key: 's' }
];
