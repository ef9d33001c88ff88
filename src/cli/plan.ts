import type { PlanDocument } from '../daemon/control/documents.ts';
import type { Call } from './call.ts';
import { ask } from './daemon.ts';
import { Ending, type ExitCode, exit } from './exit.ts';
import { counted } from './states.ts';
import { stepRow, stepTitles } from './steps.ts';
import { table } from './table.ts';

/** `vnetctl plan`: what would be done now, in order. */
export async function plan({ operands, socket, json, terminal }: Call): Promise<ExitCode> {
  if (operands.length > 0) {
    throw new Ending(
      exit.internal,
      '`vnetctl plan FILE…` is not in this version; `vnetctl plan` shows what is left to do',
    );
  }
  const document = await ask<PlanDocument>(socket, '/v1/plan');
  const { steps } = document;
  if (json) terminal.writeJson(document);
  else if (steps.length === 0) terminal.write('nothing to do\n');
  else {
    const disruptive = steps.filter((step) => step.disruptive).length;
    const withheld = steps.filter((step) => step.withheld !== null).length;
    const marks = [
      disruptive > 0 ? `${disruptive} disruptive` : '',
      withheld > 0 ? `${withheld} not done now` : '',
    ];
    const sum = [counted(steps.length, 'step'), ...marks.filter((mark) => mark !== '')].join(', ');
    terminal.write(`${table(stepTitles, steps.map(stepRow), terminal)}\n${sum}\n`);
  }
  return steps.length === 0 ? exit.good : exit.notSo;
}
