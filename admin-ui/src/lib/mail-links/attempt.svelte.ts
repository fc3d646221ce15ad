import { ApiError } from '$lib/api/error';

/** One try at what a mail's link is for, and how it went. */
export class Attempt {
	busy = $state(false);
	done = $state(false);
	/** The token is not accepted: no other try will help. */
	over = $state(false);
	/** Messages by field of the form. */
	errors = $state<Record<string, string>>({});
	/** A message that belongs to no field. */
	failure = $state('');

	async run(work: () => Promise<void>): Promise<void> {
		if (this.busy) return;
		this.busy = true;
		this.errors = {};
		this.failure = '';
		try {
			await work();
			this.done = true;
		} catch (thrown) {
			const error = ApiError.from(thrown);
			this.errors = error.fields();
			this.over = 'token' in this.errors || error.status === 404;
			if (Object.keys(this.errors).length === 0) this.failure = error.message;
		}
		this.busy = false;
	}
}
