import { didYouMean } from '../model/nearest.ts';
import { Misfit, nameOf, textWritten, type Written } from '../model/written.ts';
import { parseInteger } from '../wire/numbers.ts';
import type { Schema } from '../wire/type.ts';
import { onDriftWords } from './on-drift.ts';
import { readSize, readSpan } from './units.ts';

/** One key of `daemon:`: where it goes in the settings, how it is read, one sentence for users. */
export interface DaemonKey {
  readonly setting: string;
  readonly doc: string;
  /** What may be written, for people. */
  readonly range: string;
  readonly schema: Schema;
  read(written: Written): string | number;
}

/** A key of `daemon:`, or a group of them. */
export type DaemonEntry =
  | DaemonKey
  | {
      readonly setting: string;
      readonly doc: string;
      readonly example: string;
      readonly keys: Readonly<Record<string, DaemonKey>>;
    };

const second = 1000;
const day = 86_400_000;
const spanRange = 'a span of time such as 500ms, 30s, 5m, 2h or 7d';
const spanSchema = { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)?(ms|s|m|h|d)$' } as const;
/** What groupadd(8) takes, numbers aside. */
const groupName = /^[a-zA-Z_][a-zA-Z0-9_.-]{0,31}$/;
const ovsdbAddress = /^unix:\/.+$/;
/** Whether a text says where an OVSDB listens, as far as vnetd goes there. */
export function isOvsdbAddress(text: string): boolean {
  return ovsdbAddress.test(text);
}

const sizeSchema = { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)?(KiB|MiB|GiB|TiB|kB|MB|GB|TB)$' } as const;

export const daemonKeys: Readonly<Record<string, DaemonEntry>> = {
  sweep: {
    setting: 'sweepMs',
    doc: 'How often everything declared is looked at, for what the kernel changes without a notice; 30s by default.',
    range: spanRange,
    schema: spanSchema,
    read: (written) => readSpan(written, { min: 100, max: day }),
  },
  on_drift: word(
    'onDrift',
    'What to do about a drift where a link does not say; `restore` by default.',
    onDriftWords,
  ),
  disruptive: word(
    'disruptive',
    'Whether a repair that bounces a link is done (`restore`, the default) or left to the operator (`alert`).',
    ['restore', 'alert'],
  ),
  contested: {
    setting: 'contested',
    doc: 'When somebody keeps changing an attribute back.',
    example: '{ after: 5, within: 60s }',
    keys: {
      after: {
        setting: 'after',
        doc: 'So many repairs of one attribute make it contested; 5 by default, 0 for never.',
        range: 'a number',
        schema: { type: 'integer', minimum: 0, maximum: 1_000_000 },
        read: (written) => readCount(written, 1_000_000),
      },
      within: {
        setting: 'withinMs',
        doc: 'The span in which they are counted; 60s by default.',
        range: spanRange,
        schema: spanSchema,
        read: (written) => readSpan(written, { min: second, max: 365 * day }),
      },
    },
  },
  history: {
    setting: 'history',
    doc: 'What is kept of drifts and repairs.',
    example: '{ keep: 90d, size: 64MiB }',
    keys: {
      keep: {
        setting: 'keepMs',
        doc: 'For how long; 90d by default.',
        range: spanRange,
        schema: spanSchema,
        read: (written) => readSpan(written, { min: 60 * second, max: 36_500 * day }),
      },
      size: {
        setting: 'sizeBytes',
        doc: 'How much at most; 64MiB by default.',
        range: 'a size such as 64MiB',
        schema: sizeSchema,
        read: (written) => readSize(written, { min: 1024 ** 2, max: 1024 ** 4 }),
      },
    },
  },
  log_level: word('logLevel', 'How much is said in the journal; `info` by default.', [
    'error',
    'warn',
    'info',
    'debug',
  ]),
  socket_group: {
    setting: 'socketGroup',
    doc: 'The group that may read from the control socket; `vnetd` by default.',
    range: 'the name of a group',
    schema: { type: 'string', pattern: groupName.source },
    read(written) {
      const text = textWritten(written, 'the name of a group');
      if (!groupName.test(text)) throw new Misfit(written, `${nameOf(written)} is not the name of a group`);
      return text;
    },
  },
  ovsdb: {
    setting: 'ovsdb',
    doc: 'Where the database of Open vSwitch listens; `unix:/run/openvswitch/db.sock` by default.',
    range: '`unix:` and the path of a socket',
    schema: { type: 'string', pattern: ovsdbAddress.source },
    read(written) {
      const text = textWritten(written, '`unix:` and the path of a socket');
      if (!isOvsdbAddress(text))
        throw new Misfit(written, `${nameOf(written)} is not \`unix:\` and the path of a socket`);
      return text;
    },
  },
};

function word(setting: string, doc: string, words: readonly string[]): DaemonKey {
  return {
    setting,
    doc,
    range: words.join(', '),
    schema: { enum: words },
    read(written) {
      const text = textWritten(written, `one of ${words.join(', ')}`);
      if (words.includes(text)) return text;
      throw new Misfit(
        written,
        `${nameOf(written)} is not one of ${words.join(', ')}${didYouMean(text, words)}`,
      );
    },
  };
}

function readCount(written: Written, max: number): number {
  const number = Number(parseInteger(textWritten(written, 'a number')) ?? Number.NaN);
  if (number >= 0 && number <= max) return number;
  throw new Misfit(written, `${nameOf(written)} is not a number of 0 to ${max}`);
}
