import Boxes from '@lucide/svelte/icons/boxes';
import Database from '@lucide/svelte/icons/database';
import House from '@lucide/svelte/icons/house';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import Settings from '@lucide/svelte/icons/settings';
import type { IconOf } from '$lib/ui/icon';

interface Screen {
	href: string;
	title: string;
	icon: IconOf;
	/** Beginning of the routes it stands for; `$` at the end for that route alone. */
	route: string;
	/** The letter behind `g` that goes there. */
	key: string;
}

/** The dashboard's screens. One more is one more line. */
export const SCREENS: Screen[] = [
	{ href: '#/', title: 'Home', icon: House, route: '/(app)$', key: 'h' },
	{ href: '#/collections', title: 'Collections', icon: Boxes, route: '/(app)/collections', key: 'c' },
	{ href: '#/logs', title: 'Logs', icon: ScrollText, route: '/(app)/logs', key: 'l' },
	{ href: '#/sql', title: 'SQL', icon: Database, route: '/(app)/sql', key: 'q' },
	{ href: '#/settings', title: 'Settings', icon: Settings, route: '/(app)/settings', key: 's' }
];

/** Whether a route belongs to the screen. */
export const isAt = ({ route }: Screen, id: string | null) => id !== null && `${id}$`.startsWith(route);
