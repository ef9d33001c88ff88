import type { EventDocument } from '../daemon/control/documents.ts';
import { Failure } from '../model/failure.ts';
import { type Call, textOption } from './call.ts';
import { address, lines } from './daemon.ts';
import { eventRow, eventTitles, eventWriter } from './events.ts';
import { type ExitCode, exit } from './exit.ts';
import { table } from './table.ts';
import { parseMoment } from './time.ts';

/** `vnetctl history [ID]`: drifts and repairs, oldest first. */
export async function history(call: Call): Promise<ExitCode> {
  const reverse = call.options.reverse === true;
  const follow = call.options.follow === true;
  if (follow && reverse) throw new Failure('usage', '--follow goes forward; it cannot go with --reverse');
  if (follow && call.options.until !== undefined)
    throw new Failure('usage', '--follow has no end; leave out --until');
  const query = [
    ['id', call.operands[0]],
    ['since', momentOption(call, 'since')],
    ['until', momentOption(call, 'until')],
    ['limit', linesOption(call)],
  ] as const;
  if (follow) return followEvents(call, address('/v1/history/stream', query));

  const events: EventDocument[] = [];
  for await (const line of lines(call.socket, address('/v1/history', query))) {
    if (call.json && !reverse) call.terminal.write(`${line}\n`);
    else events.push(JSON.parse(line) as EventDocument);
  }
  if (reverse) events.reverse();
  if (call.json) for (const event of events) call.terminal.writeJson(event);
  else if (events.length > 0) call.terminal.write(table(eventTitles, events.map(eventRow), call.terminal));
  else call.terminal.remark('nothing of that is in the history');
  return exit.good;
}

/** Writes events as they come, until the daemon or the reader ends. */
export async function followEvents({ socket, json, terminal }: Call, path: string): Promise<ExitCode> {
  const write = eventWriter(terminal);
  for await (const line of lines(socket, path)) {
    if (json) terminal.write(`${line}\n`);
    else write(JSON.parse(line) as EventDocument);
  }
  return exit.good;
}

function momentOption(call: Call, name: 'since' | 'until'): string | undefined {
  const text = textOption(call, name);
  return text === undefined ? undefined : new Date(parseMoment(text, Date.now())).toISOString();
}

function linesOption(call: Call): string | undefined {
  const text = textOption(call, 'lines');
  if (text === undefined) return undefined;
  if (text === 'all') return '0';
  if (/^[1-9]\d{0,8}$/.test(text)) return text;
  throw new Failure('usage', `${text} is not a number of lines; write -n 20 or -n all`);
}
