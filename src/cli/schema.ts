import { jsonSchema } from '../derive/json-schema.ts';
import type { Call } from './call.ts';
import { type ExitCode, exit } from './exit.ts';

/** `vnetctl schema`: the JSON Schema of the configuration, one document. */
export function schema({ json, terminal }: Call): ExitCode {
  if (json) terminal.writeJson(jsonSchema());
  else terminal.write(`${JSON.stringify(jsonSchema(), null, 1)}\n`);
  return exit.good;
}
