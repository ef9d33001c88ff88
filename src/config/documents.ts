import { jsonSchema } from '../derive/json-schema.ts';
import { kindsPage } from '../derive/kinds-page.ts';
import { configurationReference } from '../derive/reference.ts';
import { lintReference } from './lint-reference.ts';

/** The documents that are written from the tables, by their path in the repository. */
export const documents: Readonly<Record<string, () => string>> = {
  'docs/configuration.md': configurationReference,
  'docs/kinds.md': kindsPage,
  'docs/lints.md': lintReference,
  'docs/vnetd.schema.json': () => `${JSON.stringify(jsonSchema(), null, 1)}\n`,
};
