import type { DoctorDocument } from '../daemon/control/documents.ts';
import { counted } from '../model/counted.ts';
import type { Call } from './call.ts';
import { ask } from './daemon.ts';
import { type ExitCode, exit } from './exit.ts';
import { table } from './table.ts';

/** `vnetctl doctor`: what this kernel and host lack for what is declared. */
export async function doctor({ socket, json, terminal }: Call): Promise<ExitCode> {
  const document = await ask<DoctorDocument>(socket, '/v1/doctor');
  const lacking = document.abilities.filter(({ able }) => !able);
  if (json) terminal.writeJson(document);
  else {
    const rows = document.abilities.map(({ id, kind, able, words }) => [
      id,
      kind,
      able ? { text: 'able', colour: 'green' as const } : { text: 'lacking', colour: 'red' as const },
      words,
    ]);
    if (rows.length > 0) terminal.write(`${table(['OBJECT', 'KIND', 'HOST', 'DETAIL'], rows, terminal)}\n`);
    const sum = counted(rows.length, 'object');
    terminal.write(
      lacking.length === 0 ? `${sum}, nothing is lacking\n` : `${sum}, ${lacking.length} lacking\n`,
    );
  }
  return lacking.length === 0 ? exit.good : exit.notSo;
}
