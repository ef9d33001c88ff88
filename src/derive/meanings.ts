import type { Value, Values } from '../model/value.ts';
import { type AnyRow, type ChangeNeed, type Notice, needOf } from '../reconcilers/kind.ts';

/** What is said of a field: in one word for a table with a legend, in a sentence, and what the word means. */
interface Meaning {
  readonly word: string;
  readonly sentence: string;
  readonly means: string;
}

const changes: Readonly<Record<ChangeNeed, Meaning>> = {
  live: { word: 'live', sentence: 'while the link is in use', means: 'the link stays in use' },
  down: {
    word: 'down',
    sentence: 'only while the link is down: disruptive',
    means: 'the link is taken down and up again, which is disruptive',
  },
  empty: {
    word: 'empty',
    sentence: 'only while the link has no members: disruptive',
    means: 'its members are put out and in again, which is disruptive',
  },
  'empty-and-down': {
    word: 'empty, down',
    sentence: 'only while the link is down and has no members: disruptive',
    means: 'both',
  },
  remake: {
    word: 'remade',
    sentence: 'while it is there, but Open vSwitch takes it apart and makes it anew: disruptive',
    means: 'Open vSwitch takes apart what is there and makes it anew, which is disruptive',
  },
  recreate: {
    word: 'anew',
    sentence: 'only by making the link anew: disruptive, and never done to a link vnetd did not make',
    means:
      'the link is deleted and made again, which is disruptive, and never done to one vnetd did not make',
  },
  fixed: { word: 'never', sentence: 'never', means: 'nobody can' },
};

const notices: Readonly<Record<Notice, Meaning>> = {
  always: { word: 'at once', sentence: 'at once', means: 'the kernel announces it' },
  'when-up': {
    word: 'while up',
    sentence: 'at once while the link is up, else at the next sweep',
    means: 'at once on a link that is up; on one that is down the sweep finds it',
  },
  never: {
    word: 'sweep',
    sentence: 'at the next sweep',
    means: 'the kernel says nothing, and the sweep finds it (`daemon: { sweep: 30s }`)',
  },
};

/** The words of {@link changeInAWord} and {@link noticeInAWord}, explained. */
export const changeLegend = Object.values(changes).map(legendLine);
export const noticeLegend = Object.values(notices).map(legendLine);

/** When a field can be changed on a link that is there, in words. */
export function changeInWords(row: AnyRow): string {
  const { sentence } = changes[needAlone(row)];
  const keys = keysAsked(row);
  return keys.length === 0 ? sentence : `${sentence}, depending on ${keys.map(asCode).join(', ')}`;
}

/** The same for a table, with the keys it depends on. */
export function changeInAWord(row: AnyRow): string {
  const keys = keysAsked(row);
  const { word } = changes[needAlone(row)];
  return keys.length === 0 ? word : `${word} (by ${keys.map(asCode).join(', ')})`;
}

/** When somebody else’s change of a field is seen, in words. */
export function noticeInWords(notice: Notice): string {
  return notices[notice].sentence;
}

export function noticeInAWord(notice: Notice): string {
  return notices[notice].word;
}

function needAlone(row: AnyRow): ChangeNeed {
  return needOf(row, { found: {}, wanted: {} });
}

/** Values that lead a rule past its first question. */
const samples: readonly (Value | undefined)[] = [
  undefined,
  'none',
  'any',
  'inherit',
  '192.0.2.1',
  '2001:db8::1',
  1,
  true,
  false,
];

/** The keys a rule looks at, found by having it look. */
function keysAsked({ change }: AnyRow): readonly string[] {
  if (typeof change !== 'function') return [];
  const asked = new Set<string>();
  const spy = (value: Value | undefined) =>
    new Proxy<Values>(
      {},
      {
        get(_, key) {
          asked.add(String(key));
          return value;
        },
      },
    );
  for (const found of samples)
    for (const wanted of samples) change({ found: spy(found), wanted: spy(wanted) });
  return [...asked];
}

function legendLine({ word, means }: Meaning): string {
  return `- ${word}: ${means}`;
}

function asCode(key: string): string {
  return `\`${key}\``;
}
