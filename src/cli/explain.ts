import { explain as explanationOf } from '../derive/explain.ts';
import { explanationText } from '../derive/explain-text.ts';
import { Failure } from '../model/failure.ts';
import type { Call } from './call.ts';
import { type ExitCode, exit } from './exit.ts';

/** `vnetctl explain [KIND[.KEY]]`: what may be written, from the tables. */
export function explain({ operands, json, terminal }: Call): ExitCode {
  const explanation = explanationOf(operands[0] ?? '');
  if (explanation.is === 'unknown') throw new Failure('usage', explanation.message);
  if (json) terminal.writeJson(explanation);
  else terminal.write(explanationText(explanation));
  return exit.good;
}
