import { type AnyRow, type ChangeNeed, type Notice, needOf } from '../reconcilers/kind.ts';

const changeWords: Readonly<Record<ChangeNeed, string>> = {
  live: 'while the link is in use',
  down: 'only while the link is down: disruptive',
  empty: 'only while the link has no members: disruptive',
  'empty-and-down': 'only while the link is down and has no members: disruptive',
  recreate: 'only by making the link anew: disruptive, and never done to a link vnetd did not make',
  fixed: 'never',
};

const noticeWords: Readonly<Record<Notice, string>> = {
  always: 'at once',
  'when-up': 'at once while the link is up, else at the next sweep',
  never: 'at the next sweep',
};

/** When a field can be changed on a link that is there, in words. */
export function changeInWords(row: AnyRow): string {
  if (typeof row.change !== 'function') return changeWords[row.change];
  const alone = needOf(row, { found: {}, wanted: {} });
  return `${changeWords[alone]}, depending on the link’s other keys`;
}

/** When somebody else’s change of a field is seen, in words. */
export function noticeInWords(notice: Notice): string {
  return noticeWords[notice];
}
