import type { ObjectDocument, StatusDocument } from '../daemon/control/documents.ts';
import { isGood } from '../model/status.ts';
import type { Call } from './call.ts';
import { complaintText, notesText } from './complaints.ts';
import { address, ask, lines } from './daemon.ts';
import { type ExitCode, exit } from './exit.ts';
import { allGood, stateColours, summary } from './states.ts';
import { type Cell, table } from './table.ts';
import type { Terminal } from './terminal.ts';
import { ago } from './time.ts';

const clearScreen = '\x1b[H\x1b[2J\x1b[3J';

/** Ages on a watched screen are renewed at this pace. */
const renewMs = 1000;

/** `vnetctl status [ID…] [--watch]`: every declared object, its state, since when, why. */
export async function status(call: Call): Promise<ExitCode> {
  const { operands, socket, json, terminal } = call;
  const query = operands.map((id) => ['id', id] as const);
  if (call.options.watch === true) return watchStatus(call, address('/v1/status/stream', query));
  const document = await ask<StatusDocument>(socket, address('/v1/status', query));
  const isShort = call.options.wrong === true;
  if (json) terminal.writeJson(isShort ? { ...document, objects: wrongOf(document) } : document);
  else terminal.write(statusText(document, terminal, Date.now(), isShort));
  return codeFor(document);
}

async function watchStatus({ socket, json, terminal, options }: Call, path: string): Promise<ExitCode> {
  const isShort = options.wrong === true;
  let latest: StatusDocument | undefined;
  const onScreen = !json && terminal.height !== null;
  const draw = () => {
    if (latest === undefined) return;
    if (onScreen) terminal.write(clearScreen + screenText(latest, terminal, Date.now(), isShort));
    else terminal.write(`${statusText(latest, terminal, Date.now(), isShort)}\n`);
  };
  const timer = onScreen ? setInterval(draw, renewMs) : undefined;
  const end = new AbortController();
  try {
    for await (const line of lines(socket, path, end.signal)) {
      latest = JSON.parse(line) as StatusDocument;
      if (json) terminal.writeJson(isShort ? { ...latest, objects: wrongOf(latest) } : latest);
      else draw();
    }
  } finally {
    clearInterval(timer);
    end.abort();
  }
  return latest === undefined ? exit.notSo : codeFor(latest);
}

function codeFor({ config, objects }: StatusDocument): ExitCode {
  return allGood(config, objects) ? exit.good : exit.notSo;
}

function wrongOf({ objects }: StatusDocument): readonly ObjectDocument[] {
  return objects.filter((object) => !isGood(object));
}

function statusText(document: StatusDocument, terminal: Terminal, now: number, isShort: boolean): string {
  const { config, notes, objects } = document;
  const shown = isShort ? wrongOf(document) : objects;
  const above = [
    complaintText(config.errors, 'error', terminal.colour),
    complaintText(config.warnings, 'warning', terminal.colour),
    notesText(notes, terminal.colour),
  ].join('');
  const rows = shown.length === 0 ? '' : `${statusTable(shown, terminal, now)}\n`;
  return `${above === '' ? '' : `${above}\n`}${rows}${summary(config, objects)}\n`;
}

/** The status, and where that is more than a screen holds, only what needs attention. */
function screenText(document: StatusDocument, terminal: Terminal, now: number, isShort: boolean): string {
  const whole = statusText(document, terminal, now, isShort);
  if (whole.split('\n').length <= (terminal.height ?? 0)) return whole;
  const amiss = wrongOf(document);
  const rows = amiss.length === 0 ? '' : `${statusTable(amiss, terminal, now)}\n`;
  return `${rows}${summary(document.config, document.objects)}\n`;
}

/** Objects as they come, which is namespace by namespace, an empty line between two. */
function statusTable(objects: readonly ObjectDocument[], terminal: Terminal, now: number): string {
  const rows: (readonly Cell[])[] = [];
  let namespace = objects[0]?.namespace;
  for (const object of objects) {
    if (object.namespace !== namespace) rows.push([]);
    namespace = object.namespace;
    rows.push([
      object.id,
      object.kind,
      { text: object.state, colour: stateColours[object.state] },
      ago(object.since, now),
      object.drifts,
      { text: object.reason ?? '', colour: isGood(object) ? 'gray' : undefined },
    ]);
  }
  return table(['OBJECT', 'KIND', 'STATE', 'SINCE', 'DRIFTS', 'REASON'], rows, terminal);
}
