import type { DoctorDocument } from '../daemon/control/documents.ts';
import { counted } from '../model/counted.ts';
import type { Call } from './call.ts';
import { ask } from './daemon.ts';
import { type ExitCode, exit } from './exit.ts';
import { table } from './table.ts';

const outcomes = {
  true: { text: 'able', colour: 'green' },
  false: { text: 'lacking', colour: 'red' },
  null: { text: 'not tried', colour: 'yellow' },
} as const;

/** `vnetctl doctor`: what this kernel and host lack for what is declared. */
export async function doctor({ socket, json, terminal }: Call): Promise<ExitCode> {
  const document = await ask<DoctorDocument>(socket, '/v1/doctor');
  const lacking = document.abilities.filter(({ able }) => able === false);
  if (json) terminal.writeJson(document);
  else {
    const rows = document.abilities.map(({ id, kind, able, words }) => [
      id,
      kind,
      outcomes[String(able) as `${typeof able}`],
      words,
    ]);
    if (rows.length > 0) terminal.write(`${table(['OBJECT', 'KIND', 'HOST', 'DETAIL'], rows, terminal)}\n`);
    const untried = document.abilities.filter(({ able }) => able === null).length;
    const sum = [
      counted(rows.length, 'object'),
      lacking.length === 0 ? 'nothing is lacking' : `${lacking.length} lacking`,
      ...(untried === 0 ? [] : [`${untried} not tried yet`]),
    ];
    terminal.write(`${sum.join(', ')}\n`);
  }
  return lacking.length === 0 ? exit.good : exit.notSo;
}
