import type { ApiError } from '$lib/api/error';
import type { SchemaTab } from '$lib/route/schema-state';

const PLACES: Record<string, SchemaTab> = {
	fields: 'fields',
	indexes: 'indexes',
	viewQuery: 'query',
	listRule: 'rules',
	viewRule: 'rules',
	createRule: 'rules',
	updateRule: 'rules',
	deleteRule: 'rules',
	authRule: 'rules',
	manageRule: 'rules',
	verificationTemplate: 'mails',
	resetPasswordTemplate: 'mails',
	confirmEmailChangeTemplate: 'mails',
	authAlert: 'mails',
	oauth2: 'signin',
	passwordAuth: 'signin',
	mfa: 'signin',
	otp: 'signin',
	authToken: 'signin',
	passwordResetToken: 'signin',
	emailChangeToken: 'signin',
	verificationToken: 'signin',
	fileToken: 'signin'
};

/** The tabs on which something stands that the server refused. */
export function tabsWithErrors(error: ApiError | undefined): Set<SchemaTab> {
	const tabs = new Set<SchemaTab>();
	for (const key of Object.keys(error?.data ?? {})) {
		const tab =
			key === 'mfa' && error?.names('mfa', 'rule')
				? 'rules'
				: key === 'otp' && error?.names('otp', 'emailTemplate')
					? 'mails'
					: PLACES[key];
		if (tab) tabs.add(tab);
	}
	return tabs;
}
