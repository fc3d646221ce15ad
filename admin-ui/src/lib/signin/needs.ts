/** What a service wants besides id and secret. */
interface Need {
	/** `own`: it lives where its owner put it; `built-in`: the server knows its addresses. */
	urls: 'own' | 'built-in';
	example?: Partial<Record<'authURL' | 'tokenURL' | 'userInfoURL', string>>;
}

const SELF_HOSTED: Record<string, Need> = {
	oidc: { urls: 'own' },
	oidc2: { urls: 'own' },
	oidc3: { urls: 'own' },
	mailcow: { urls: 'own' },
	gitlab: {
		urls: 'built-in',
		example: {
			authURL: 'https://gitlab.example.com/oauth/authorize',
			tokenURL: 'https://gitlab.example.com/oauth/token',
			userInfoURL: 'https://gitlab.example.com/api/v4/user'
		}
	},
	gitea: {
		urls: 'built-in',
		example: {
			authURL: 'https://git.example.com/login/oauth/authorize',
			tokenURL: 'https://git.example.com/login/oauth/access_token',
			userInfoURL: 'https://git.example.com/api/v1/user'
		}
	},
	microsoft: {
		urls: 'built-in',
		example: {
			authURL: 'https://login.microsoftonline.com/TENANT/oauth2/v2.0/authorize',
			tokenURL: 'https://login.microsoftonline.com/TENANT/oauth2/v2.0/token'
		}
	},
	lark: {
		urls: 'built-in',
		example: {
			authURL: 'https://accounts.larksuite.com/open-apis/authen/v1/authorize',
			tokenURL: 'https://open.larksuite.com/open-apis/authen/v2/oauth/token',
			userInfoURL: 'https://open.larksuite.com/open-apis/authen/v1/user_info'
		}
	}
};

export const needOf = (name: string): Need => SELF_HOSTED[name] ?? { urls: 'built-in' };
