import type { DetailDocument } from '../daemon/control/documents.ts';
import { valueText } from '../model/change-text.ts';
import { counted } from '../model/counted.ts';
import { isGood } from '../model/status.ts';
import type { Call } from './call.ts';
import { paint } from './colour.ts';
import { ask, objectPath } from './daemon.ts';
import { type ExitCode, exit } from './exit.ts';
import { stateColours } from './states.ts';
import { stepsTable } from './steps.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';
import { ago, localTime } from './time.ts';
import { harmless } from './width.ts';

const origins = { made: 'made by vnetd', found: 'found here, not made by vnetd' } as const;

/** `vnetctl show ID`: every managed attribute, wanted and found, and the layers under and over it. */
export async function show({ operands, socket, json, terminal }: Call): Promise<ExitCode> {
  const detail = await ask<DetailDocument>(socket, objectPath(operands[0] ?? ''));
  if (json) terminal.writeJson(detail);
  else terminal.write(await detailText(detail, terminal, Date.now()));
  return isGood(detail) ? exit.good : exit.notSo;
}

async function detailText(detail: DetailDocument, terminal: Terminal, now: number): Promise<string> {
  const parts = [head(detail, terminal, now)];
  if (detail.attributes.length > 0) parts.push(attributes(detail, terminal));
  if (detail.over.length + detail.under.length > 0 || detail.other_end !== null)
    parts.push(layers(detail, terminal));
  if (detail.plan.length > 0) parts.push(`To do:\n${await stepsTable(detail.plan, terminal)}`);
  return parts.join('\n');
}

function head(detail: DetailDocument, terminal: Terminal, now: number): string {
  const { id, kind, state, since, reason, drifts, last_drift, ifindex, files, origin, on_drift } = detail;
  const title = `${paint(harmless(id), 'bold', terminal.colour)} (${kind})`;
  const word = paint(state, stateColours[state], terminal.colour);
  const lines = [`${title}: ${word} since ${localTime(since)} (${ago(since, now)})`];
  if (reason !== null) lines.push(`  ${harmless(reason)}`);
  const facts = [
    ifindex === null ? whereabouts(detail) : `ifindex ${ifindex}`,
    ...files.map(harmless),
    ...(origin === null ? [] : [origins[origin]]),
    ...(on_drift === 'ignore' ? ['made once, never compared (on_drift: ignore)'] : []),
    last_drift === null
      ? counted(drifts, 'drift')
      : `${counted(drifts, 'drift')}, the last ${ago(last_drift, now)}`,
  ];
  lines.push(`  ${facts.join('; ')}`);
  return `${lines.join('\n')}\n`;
}

/** Of what has no link: a port of Open vSwitch is there by its row alone. */
function whereabouts({ attributes }: DetailDocument): string {
  return attributes.some(({ found }) => found !== null) ? 'there, without a link of its own' : 'not there';
}

function attributes(detail: DetailDocument, terminal: Terminal): string {
  const rows = detail.attributes.map(({ key, wanted, found, agrees, note }) => [
    key,
    valueText(wanted),
    { text: valueText(found), colour: agrees ? undefined : ('red' as const) },
    { text: note ?? (agrees ? '' : 'differs'), colour: agrees ? undefined : ('red' as const) },
  ]);
  return table(['ATTRIBUTE', 'WANTED', 'FOUND', 'NOTE'], rows, terminal);
}

/** What stands on it, itself, and what it stands on, top down as packets come in; and the other end of a pair. */
function layers({ id, over, under, other_end: otherEnd }: DetailDocument, terminal: Terminal): string {
  const rows = [
    ...labelled('over it', over),
    ...labelled('itself', [id]).map(([label, name]) => [label, { text: name, colour: 'bold' as const }]),
    ...labelled('under it', under),
    ...labelled('other end', otherEnd === null ? [] : [otherEnd]),
  ];
  return table(['LAYER', 'LINK'], rows, terminal);
}

function labelled(label: string, names: readonly string[]): readonly (readonly [string, string])[] {
  return names.map((name, i) => [i === 0 ? label : '', name]);
}
