import type { StatusDocument } from '../daemon/control/documents.ts';
import { isGood } from '../model/status.ts';
import { type Call, textOption } from './call.ts';
import { complaintText } from './complaints.ts';
import { address, ask, lines } from './daemon.ts';
import { Ending, type ExitCode, exit } from './exit.ts';
import { allGood, objectText, summary } from './states.ts';
import { parseSpan } from './time.ts';

const usualTimeout = '30s';

/** The longest delay a timer takes (TIMEOUT_MAX of Node's timers); nobody waits longer than that. */
const longestMs = 2 ** 31 - 1;

/** `vnetctl wait [ID…]`: reads the folder again, and waits until all asked for is in sync. */
export async function wait(call: Call): Promise<ExitCode> {
  const timeout = textOption(call, 'timeout') ?? usualTimeout;
  const deadline = AbortSignal.timeout(Math.min(parseSpan(timeout), longestMs));
  let latest: StatusDocument | undefined;
  try {
    await readAgain(call, deadline);
    const query = call.operands.map((id) => ['id', id] as const);
    for await (const line of lines(call.socket, address('/v1/status/stream', query), deadline)) {
      latest = JSON.parse(line) as StatusDocument;
      // What does not parse now will not parse by waiting.
      if (latest.config.errors.length > 0 || isSettled(latest, call.operands)) break;
    }
  } catch (error) {
    if (!deadline.aborted) throw error;
  }
  if (latest === undefined) throw new Ending(exit.notSo, `vnetd gave no answer within ${timeout}`);
  if (deadline.aborted && !call.json) call.terminal.remark(`not in sync after ${timeout}:`);
  tell(call, latest);
  return isSettled(latest, call.operands) ? exit.good : exit.notSo;
}

async function readAgain({ socket, terminal }: Call, deadline: AbortSignal): Promise<void> {
  try {
    await ask(socket, '/v1/reload', 'POST', deadline);
  } catch (error) {
    if (!(error instanceof Ending && error.code === 'no-permission')) throw error;
    terminal.remark(
      'the folder is not read again, only root may ask for that; waiting for what was read last',
    );
  }
}

/** Whether all is well, and nobody asked for was taken out of the declaration meanwhile. */
function isSettled({ config, objects }: StatusDocument, ids: readonly string[]): boolean {
  return allGood(config, objects) && ids.every((id) => objects.some((object) => object.id === id));
}

function tell({ json, terminal }: Call, document: StatusDocument): void {
  if (json) {
    terminal.writeJson(document);
    return;
  }
  terminal.write(complaintText(document.config.errors, 'error', terminal.colour));
  for (const object of document.objects) {
    if (!isGood(object)) terminal.write(`${objectText(object)}\n`);
  }
  terminal.write(`${summary(document.config, document.objects)}\n`);
}
