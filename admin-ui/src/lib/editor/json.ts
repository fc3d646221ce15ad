// JSON for the editor; where it is wrong is marked while typing.
import { json as grammar, jsonParseLinter } from '@codemirror/lang-json';
import { linter } from '@codemirror/lint';

const parse = jsonParseLinter();

/** Nothing at all is no mistake: it is null, or not written yet. */
export const json = () => [grammar(), linter((view) => (view.state.doc.length === 0 ? [] : parse(view)))];
