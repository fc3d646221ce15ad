/** A superuser's view of a running server, for filling it with data. */
export class Api {
	/** @param {string} base @param {string} token */
	constructor(base, token) {
		this.base = base;
		this.token = token;
	}

	/** @param {string} base @param {string} email @param {string} password */
	static async signIn(base, email, password) {
		const { token } = await new Api(base, '').send('POST', '/api/collections/_superusers/auth-with-password', {
			identity: email,
			password
		});
		return new Api(base, token);
	}

	/**
	 * @param {string} method
	 * @param {string} path
	 * @param {object | FormData} [body]
	 * @returns {Promise<any>}
	 */
	async send(method, path, body) {
		const isForm = body instanceof FormData;
		const response = await fetch(this.base + path, {
			method,
			headers: { ...(this.token && { Authorization: this.token }), ...(body && !isForm && { 'Content-Type': 'application/json' }) },
			body: isForm ? body : body && JSON.stringify(body)
		});
		const text = await response.text();
		if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
		return text ? JSON.parse(text) : undefined;
	}

	/** Creates the collection unless there is one of that name. @param {any} collection */
	async ensureCollection(collection) {
		const found = await fetch(`${this.base}/api/collections/${collection.name}`, { headers: { Authorization: this.token } });
		return found.ok ? found.json() : this.send('POST', '/api/collections', collection);
	}

	/** Creates records one after the other. @param {string} collection @param {(object | FormData)[]} bodies */
	async create(collection, bodies) {
		const created = [];
		for (const body of bodies) created.push(await this.send('POST', `/api/collections/${collection}/records`, body));
		return created;
	}
}
