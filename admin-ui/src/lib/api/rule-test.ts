import { client } from './client';
import type { Rule } from './collection';

export type RuleAction = 'list' | 'view' | 'create' | 'update' | 'delete' | 'auth' | 'manage';

/** A request that might be made; nothing comes of it. */
export interface Question {
	action: RuleAction;
	/** As it would be; the stored one is not looked at. */
	rule: Rule;
	/** The stored record it is about; none only for one about to be created. */
	record?: string;
	/** Who asks; absent for a guest. */
	as?: { collection: string; id: string };
	body?: Record<string, unknown>;
	query?: Record<string, string>;
	headers?: Record<string, string>;
}

/** A rule or a part of it, and what it says. */
export interface Part {
	text: string;
	allowed: boolean;
	/** How the parts make the whole. */
	op?: '&&' | '||';
	parts?: Part[];
}

export interface Verdict {
	allowed: boolean;
	rule: Rule;
	/** A sentence. */
	reason: string;
	/** None for a rule that is closed or open. */
	tree?: Part;
}

export const testRule = (collection: string, question: Question, signal?: AbortSignal): Promise<Verdict> =>
	client.post('/api/collections/{collection}/rules/test', { path: { collection }, body: question, signal });
