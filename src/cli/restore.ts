import type { ObjectDocument } from '../daemon/control/documents.ts';
import type { Call } from './call.ts';
import { ask, objectPath } from './daemon.ts';
import { type ExitCode, exit } from './exit.ts';
import { isGood } from './states.ts';
import { harmless } from './width.ts';

/** `vnetctl restore ID`: does now what was left because it is disruptive or `alert`. */
export async function restore({ operands, socket, json, terminal }: Call): Promise<ExitCode> {
  const object = await ask<ObjectDocument>(socket, `${objectPath(operands[0] ?? '')}/restore`, 'POST');
  const why = object.reason === null ? '' : `: ${object.reason}`;
  if (json) terminal.writeJson(object);
  else terminal.write(`${harmless(`${object.id} is ${object.state}${why}`)}\n`);
  return isGood(object) ? exit.good : exit.notSo;
}
