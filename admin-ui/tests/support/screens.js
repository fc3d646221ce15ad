/**
 * Every screen: its name, its address, and what is there once it can be looked at. One more screen is one more
 * line; the texts and the pictures of all screens are taken from here.
 *
 * @type {{ name: string, hash: string, ready: string, guest?: true }[]}
 */
export const SCREENS = [
	{ name: 'sign-in', hash: '#/login', ready: 'form', guest: true },
	{ name: 'forgotten-password', hash: '#/request-password-reset', ready: 'form', guest: true },
	{ name: 'home', hash: '#/', ready: 'main section li a' },
	{ name: 'collections', hash: '#/collections', ready: 'main li:not(.heads)' },
	{ name: 'diagram', hash: '#/collections?view=diagram', ready: '.lines path' },
	{ name: 'records', hash: '#/collections/products', ready: 'tbody tr, main li a' },
	{ name: 'records-filtered', hash: '#/collections/products?filter=price%20%3E%20100&sort=-price', ready: 'tbody tr, main li a' },
	{ name: 'records-of-a-view', hash: '#/collections/order_totals', ready: 'tbody tr, main li a' },
	{ name: 'import-records', hash: '#/collections/products/import', ready: 'main h1' },
	{ name: 'new-record', hash: '#/collections/products?create=new', ready: 'dialog input' },
	{ name: 'fields', hash: '#/collections/products/schema', ready: 'main li' },
	{ name: 'rules', hash: '#/collections/orders/schema?tab=rules', ready: 'main .cm-content' },
	{ name: 'indexes', hash: '#/collections/customers/schema?tab=indexes', ready: 'main li, main h2' },
	{ name: 'query', hash: '#/collections/order_totals/schema', ready: 'main .cm-content' },
	{ name: 'sign-in-options', hash: '#/collections/customers/schema?tab=signin', ready: 'main h2' },
	{ name: 'mails', hash: '#/collections/customers/schema?tab=mails', ready: 'main h2' },
	{ name: 'api', hash: '#/collections/orders/api', ready: 'main pre' },
	{ name: 'changes', hash: '#/collections/products/changes', ready: 'main article' },
	{ name: 'new-collection', hash: '#/new-collection', ready: 'main input' },
	{ name: 'logs', hash: '#/logs', ready: 'main h1' },
	{ name: 'sql', hash: '#/sql', ready: 'main .cm-content' },
	{ name: 'settings', hash: '#/settings', ready: 'main form footer' },
	{ name: 'settings-mail', hash: '#/settings/mail', ready: 'main form footer' },
	{ name: 'settings-storage', hash: '#/settings/storage', ready: 'main form footer' },
	{ name: 'settings-backups', hash: '#/settings/backups', ready: 'main form footer' },
	{ name: 'settings-crons', hash: '#/settings/crons', ready: 'main li' },
	{ name: 'settings-security', hash: '#/settings/security', ready: 'main form footer' },
	{ name: 'settings-logs', hash: '#/settings/logs', ready: 'main form footer' },
	{ name: 'settings-export', hash: '#/settings/export', ready: 'main pre' },
	{ name: 'settings-import', hash: '#/settings/import', ready: 'main .cm-content' },
	{ name: 'nowhere', hash: '#/nowhere', ready: 'h1' }
];
