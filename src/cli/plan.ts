import type { PlanDocument } from '../daemon/control/documents.ts';
import { counted } from '../model/counted.ts';
import type { Call } from './call.ts';
import { notesText } from './complaints.ts';
import { ask } from './daemon.ts';
import { Ending, type ExitCode, exit } from './exit.ts';
import { objectText } from './states.ts';
import { stepsTable } from './steps.ts';
import type { Terminal } from './terminal.ts';

/** `vnetctl plan`: what would be done now, in order. */
export async function plan({ operands, socket, json, terminal }: Call): Promise<ExitCode> {
  if (operands.length > 0) {
    throw new Ending(
      exit.internal,
      '`vnetctl plan FILE…` is not in this version; `vnetctl plan` shows what is left to do',
    );
  }
  const document = await ask<PlanDocument>(socket, '/v1/plan');
  const { steps, left, config } = document;
  if (json) terminal.writeJson(document);
  else terminal.write(await planText(document, terminal));
  return steps.length + left.length + config.errors.length === 0 ? exit.good : exit.notSo;
}

async function planText({ steps, left, config, notes }: PlanDocument, terminal: Terminal): Promise<string> {
  const rows = steps.length === 0 ? '' : `${await stepsTable(steps, terminal)}\n`;
  const notPlanned = left.map((object) => `not planned: ${objectText(object)}\n`).join('');
  const errors = config.errors.length;
  const complaint =
    errors === 0 ? '' : `${counted(errors, 'configuration error')}: \`vnetctl status\` shows what\n`;
  const sum = `${sumOf(steps)}${steps.length === 0 && notPlanned + complaint !== '' ? ' now' : ''}`;
  return `${rows}${sum}\n${notPlanned}${complaint}${notesText(notes, terminal.colour)}`;
}

function sumOf(steps: PlanDocument['steps']): string {
  if (steps.length === 0) return 'nothing to do';
  const disruptive = steps.filter((step) => step.disruptive).length;
  const withheld = steps.filter((step) => step.withheld !== null).length;
  const marks = [
    disruptive > 0 ? `${disruptive} disruptive` : '',
    withheld > 0 ? `${withheld} not done now` : '',
  ];
  return [counted(steps.length, 'step'), ...marks.filter((mark) => mark !== '')].join(', ');
}
