import { constants } from 'node:os';
import { sendDatagram } from '../../netlink/native.ts';
import type { Fields } from './fields.ts';
import type { Level } from './sentence.ts';
import { priorityOf } from './syslog.ts';

const { EAGAIN, EMSGSIZE, ENOBUFS } = constants.errno;

/** Where systemd-journald listens for its native protocol. */
export const journalSocket = '/run/systemd/journal/socket';

/** One entry in the journal's native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): `event` becomes `VNETD_EVENT`. */
export function journalEntry(level: Level, sentence: string, fields: Fields): Uint8Array {
  const parts = [
    field('PRIORITY', String(priorityOf[level])),
    field('SYSLOG_IDENTIFIER', 'vnetd'),
    field('SYSLOG_PID', String(process.pid)),
    field('MESSAGE', sentence),
  ];
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) continue;
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    parts.push(field(`VNETD_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`, text));
  }
  return Buffer.concat(parts);
}

/** What became of an entry: the journal has it, has no room just now, or does not take it at all. */
export type Delivery = 'delivered' | 'no-room' | 'refused';

/** Hands an entry to the journal without ever waiting for it. One too large for a datagram goes without its facts. */
export function deliver(socket: string, level: Level, sentence: string, fields: Fields): Delivery {
  let sent = sendDatagram(socket, journalEntry(level, sentence, fields));
  if (sent === -EMSGSIZE || sent === -ENOBUFS) {
    const { event = null, id = null } = fields;
    sent = sendDatagram(socket, journalEntry(level, sentence.slice(0, 4096), { event, id }));
  }
  if (sent >= 0) return 'delivered';
  return sent === -EAGAIN ? 'no-room' : 'refused';
}

/** `NAME=value`, or the form with a length where a line end in the value would end the field. */
function field(name: string, value: string): Uint8Array {
  if (!value.includes('\n')) return Buffer.from(`${name}=${value}\n`);
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([Buffer.from(`${name}\n`), length, bytes, Buffer.from('\n')]);
}
