import type { ObjectDocument } from '../daemon/control/documents.ts';
import { isGood } from '../model/status.ts';
import type { Call } from './call.ts';
import { ask, objectPath } from './daemon.ts';
import { type ExitCode, exit } from './exit.ts';
import { objectText } from './states.ts';

/** `vnetctl restore ID`: does now what was left because it is disruptive or `alert`. */
export async function restore({ operands, socket, json, terminal }: Call): Promise<ExitCode> {
  const object = await ask<ObjectDocument>(socket, `${objectPath(operands[0] ?? '')}/restore`, 'POST');
  if (json) terminal.writeJson(object);
  else terminal.write(`${objectText(object)}\n`);
  return isGood(object) ? exit.good : exit.notSo;
}
