import { picture } from './picture.js';

/** @typedef {import('./api.js').Api} Api */

const WORDS =
	'amber birch cedar delta ember fjord grove harbor indigo juniper kelp linen maple north opal pine quartz river slate tidal umber velvet willow yarrow zephyr'.split(
		' '
	);
const THINGS = [
	'Desk lamp',
	'Armchair',
	'Bookshelf',
	'Side table',
	'Floor vase',
	'Wool throw',
	'Wall clock',
	'Tea set',
	'Coat rack',
	'Mirror'
];
const PEOPLE = [
	'Ada Novak',
	'Björn Åkesson',
	'Chiara Rossi',
	'Dmitri Волков',
	'Eleni Παππά',
	'Farid Haddad',
	'Grace Okafor',
	'Hana Suzuki',
	'Iván Morales',
	'Jun Park',
	'Kim Larsen',
	'Léa Dubois'
];
const CITIES = [
	[13.405, 52.52],
	[2.3522, 48.8566],
	[-74.006, 40.7128],
	[139.6917, 35.6895],
	[18.4241, -33.9249],
	[0, 0]
];
const TAGS = ['new', 'bestseller', 'clearance', 'handmade', 'oak', 'wool', 'limited', 'outdoor'];
const STATES = ['draft', 'pending', 'paid', 'packed', 'shipped', 'delivered', 'refunded'];

/** The i-th of a list, round and round. @template T @param {readonly T[]} list @param {number} i @returns {T} */
const pick = (list, i) => /** @type {T} */ (list[i % list.length]);
const autodates = [
	{ name: 'created', type: 'autodate', onCreate: true },
	{ name: 'updated', type: 'autodate', onCreate: true, onUpdate: true }
];

/**
 * A furniture shop with every kind of field: what the specs and the screenshots look at.
 * Does nothing where it has been before.
 *
 * @param {Api} api
 * @param {{ products?: number, orders?: number }} [size]
 */
export async function fillShop(api, { products = 60, orders = 30 } = {}) {
	const { items } = await api.send('GET', "/api/collections?filter=name='products'");
	if (items.length > 0) return;

	const brands = await api.ensureCollection({
		name: 'brands',
		type: 'base',
		listRule: '',
		viewRule: '',
		fields: [
			{ name: 'name', type: 'text', presentable: true, required: true },
			{ name: 'website', type: 'url' },
			{ name: 'country', type: 'select', values: ['DE', 'FR', 'IT', 'JP', 'SE', 'US'], maxSelect: 1 },
			...autodates
		]
	});
	const products_ = await api.ensureCollection(productsCollection(brands.id));
	const users = await api.ensureCollection({ name: 'customers', type: 'auth', fields: [{ name: 'name', type: 'text' }, ...autodates] });
	await api.ensureCollection({
		name: 'orders',
		type: 'base',
		listRule: "@request.auth.id != '' && customer = @request.auth.id",
		viewRule: "@request.auth.id != '' && customer = @request.auth.id",
		createRule: "@request.auth.id != ''",
		fields: [
			{ name: 'number', type: 'text', presentable: true },
			{ name: 'customer', type: 'relation', collectionId: users.id, maxSelect: 1 },
			{ name: 'products', type: 'relation', collectionId: products_.id, maxSelect: 20 },
			{ name: 'status', type: 'select', values: STATES, maxSelect: 1 },
			{ name: 'total', type: 'number' },
			{ name: 'note', type: 'text', max: 20000 },
			...autodates
		]
	});
	await api.ensureCollection({ name: 'wishlists', type: 'base', createRule: '', fields: [{ name: 'title', type: 'text' }, ...autodates] });
	await api.ensureCollection({
		name: 'order_totals',
		type: 'view',
		viewQuery: 'SELECT status as id, count(id) as orders, sum(total) as total FROM orders GROUP BY status'
	});

	const brandRows = await api.create(
		'brands',
		WORDS.slice(0, 8).map((word, i) => ({
			name: capital(word) + (i % 2 ? ' & Sons' : ' Works'),
			website: `https://${word}.example.com`,
			country: pick(['DE', 'FR', 'IT', 'JP', 'SE', 'US'], i)
		}))
	);
	const customerRows = await api.create(
		'customers',
		PEOPLE.map((name, i) => ({
			name,
			email: `customer${i}@example.com`,
			emailVisibility: i % 2 === 0,
			verified: i % 3 === 0,
			password: 'long-enough-1',
			passwordConfirm: 'long-enough-1'
		}))
	);
	const productRows = await api.create(
		'products',
		Array.from({ length: products }, (_, i) => product(i, brandRows))
	);
	await api.create(
		'orders',
		Array.from({ length: orders }, (_, i) => ({
			number: `2026-${String(1000 + i)}`,
			customer: pick(customerRows, i * 7).id,
			products: [0, 1, 2, 3, 4].slice(0, 1 + (i % 5)).map((n) => pick(productRows, i * 3 + n).id),
			status: pick(STATES, i * 5),
			total: Math.round(((i * 7919) % 90000) + 1900) / 100,
			note: i % 9 === 0 ? 'Please ring twice.\nThe bell is shy, and the dog is not.' : ''
		}))
	);
}

/** @param {string} brandsId */
function productsCollection(brandsId) {
	return {
		name: 'products',
		type: 'base',
		listRule: '',
		viewRule: '',
		fields: [
			{ name: 'name', type: 'text', presentable: true, required: true },
			{ name: 'price', type: 'number', min: 0 },
			{ name: 'in_stock', type: 'bool' },
			{ name: 'condition', type: 'select', values: ['new', 'refurbished', 'used', 'sold out'], maxSelect: 1 },
			{ name: 'tags', type: 'select', values: TAGS, maxSelect: TAGS.length },
			{ name: 'brand', type: 'relation', collectionId: brandsId, maxSelect: 1 },
			{ name: 'photos', type: 'file', maxSelect: 5, thumbs: ['100x100'], mimeTypes: ['image/png'] },
			{ name: 'manual', type: 'file', maxSelect: 1, protected: true },
			{ name: 'description', type: 'editor' },
			{ name: 'website', type: 'url' },
			{ name: 'support', type: 'email' },
			{ name: 'available_from', type: 'date' },
			{ name: 'specs', type: 'json' },
			{ name: 'warehouse', type: 'geoPoint' },
			{ name: 'door_code', type: 'password' },
			{ name: 'buyer_note', type: 'text', hidden: true, help: 'Only superusers see this.' },
			...autodates
		]
	};
}

/** @param {number} i @param {{ id: string }[]} brands */
function product(i, brands) {
	const word = pick(WORDS, i * 11);
	const name = `${capital(word)} ${pick(THINGS, i).toLowerCase()}`;
	const city = pick(CITIES, i);
	const day = String(1 + (i % 28)).padStart(2, '0');
	const plain = {
		name: i % 17 === 3 ? `${name}, hand finished, with matching cushions and a cover for the winter months` : name,
		price: (Math.round((((i * 7331) % 45000) + 900) / 5) * 5) / 100,
		in_stock: i % 4 !== 0,
		condition: pick(['new', 'new', 'refurbished', 'used', 'sold out'], i),
		tags: [0, 1, 2].slice(0, i % 4).map((n) => pick(TAGS, i * 3 + n * 5)),
		brand: i % 13 === 5 ? '' : pick(brands, i * 3).id,
		description: `<h2>${name}</h2><p>Made of <strong>${pick(['oak', 'wool', 'brass', 'clay'], i)}</strong> &amp; patience. ${'It stands well in small rooms and better in large ones. '.repeat(1 + (i % 3))}</p><ul><li>Carries its maker's mark</li><li>Ships flat</li></ul>`,
		website: i % 3 === 0 ? '' : `https://shop.example.com/${word}/${i}`,
		support: i % 5 === 0 ? '' : `${word}@example.com`,
		available_from: i % 6 === 0 ? '' : `2026-${String(1 + (i % 12)).padStart(2, '0')}-${day} 09:30:00.000Z`,
		specs: i % 7 === 2 ? null : { width_cm: 40 + (i % 90), weight_kg: 2.5 + (i % 9), colours: [word, 'natural'], assembled: i % 2 === 0 },
		warehouse: { lon: city[0], lat: city[1] },
		door_code: 'open-sesame-7',
		buyer_note: i % 8 === 0 ? 'Ask for a better price in autumn.' : ''
	};
	// Pictures make the form large; a few rows show all there is to see.
	if (i % 10 > 3) return plain;
	const form = new FormData();
	form.set('@jsonPayload', JSON.stringify(plain));
	for (let n = 0; n <= i % 5; n++) form.append('photos', picture(i + n), `photo-${n}.png`);
	form.set('manual', new Blob(['%PDF-1.4\n'], { type: 'application/pdf' }), 'manual.pdf');
	return form;
}

/** @param {string} word */
const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);
