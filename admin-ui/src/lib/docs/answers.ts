/** What the server may answer, and when. */
export interface Answer {
	status: number;
	/** Left out for the one that is hoped for. */
	when?: string;
	/** Nothing where there is no body. */
	body?: unknown;
}

const refusal = (status: number, message: string, data: object = {}) => ({ status, message, data });
const coded = (code: string, message: string) => ({ code, message });
const NOT_FOUND = refusal(404, "The requested resource wasn't found.");

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const done: Answer = { status: 204 };

/** Of a value that is not accepted; `field` is one it could be. */
export const invalid = (message: string, field: string): Answer => ({
	status: 400,
	when: 'A value is not accepted, or the rule does not let it through.',
	body: refusal(400, message, { [field]: coded('validation_required', 'Cannot be blank.') })
});

export const badQuery: Answer = {
	status: 400,
	when: 'The filter or the order is not understood.',
	body: refusal(400, 'Something went wrong while processing your request.')
};
export const locked: Answer = {
	status: 403,
	when: 'The rule is locked, and the caller is no superuser.',
	body: refusal(403, 'Only superusers can perform this action.')
};
export const missing: Answer = { status: 404, when: 'There is no such record, or the rule does not let it through.', body: NOT_FOUND };
export const referenced: Answer = {
	status: 400,
	when: 'Another record needs it.',
	body: refusal(400, 'Failed to delete record. Make sure that the record is not part of a required relation reference.')
};
export const failedBatch: Answer = {
	status: 400,
	when: 'One of them fails: none has happened.',
	body: refusal(400, 'Batch transaction failed.', {
		requests: {
			1: { ...coded('batch_request_failed', 'Batch request failed.'), response: NOT_FOUND }
		}
	})
};
export const noStream: Answer = {
	status: 404,
	when: 'There is no stream of that client.',
	body: refusal(404, 'Missing or invalid client id.')
};
export const noBatch: Answer = {
	status: 403,
	when: 'Batches are off in the settings.',
	body: refusal(403, 'Batch requests are not allowed.')
};

export const wrongSignIn: Answer = {
	status: 400,
	when: 'The identity or the password is wrong.',
	body: refusal(400, 'Failed to authenticate.')
};
export const secondFactor: Answer = {
	status: 401,
	when: 'Two factors are asked for: sign in another way as well, with this mfaId.',
	body: { mfaId: 'm5w8r1tk3x9a7q2' }
};
export const notLetIn: Answer = {
	status: 403,
	when: 'The account does not satisfy the rule for signing in.',
	body: refusal(403, "The request doesn't satisfy the collection requirements to authenticate.")
};
export const isOff = (method: string): Answer => ({
	status: 403,
	when: 'It is off in this collection.',
	body: refusal(403, `The collection is not configured to allow ${method} authentication.`)
});
export const wrongCode: Answer = {
	status: 400,
	when: 'The code is wrong, or no longer good.',
	body: refusal(400, 'Invalid or expired OTP.')
};
export const tooMany: Answer = {
	status: 429,
	when: 'Five tries within three minutes.',
	body: refusal(429, 'Too many attempts, please try again later with a new OTP.')
};
export const wrongService: Answer = {
	status: 400,
	when: 'The service does not accept the code.',
	body: refusal(400, 'Failed to fetch OAuth2 token.')
};
export const noToken: Answer = {
	status: 401,
	when: 'The token is missing or no longer good.',
	body: refusal(401, 'The request requires valid record authorization token.')
};
export const wrongToken: Answer = {
	status: 400,
	when: 'The token of the link is wrong, or no longer good.',
	body: refusal(400, 'An error occurred while validating the submitted data.', {
		token: coded('validation_invalid_token', 'Invalid or expired token.')
	})
};
