import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SwitchHealth, type SwitchState, troubleOf } from '../../../src/daemon/switch-health.ts';

const away: SwitchState = {
  address: 'unix:/run/openvswitch/db.sock',
  isRead: false,
  wasRead: false,
  isEmpty: true,
  amiss: undefined,
  vswitchd: 'heeds',
};

/** What is said of states that come one behind the other, where each lasts for so many milliseconds. */
function said(...states: readonly (readonly [SwitchState, lasts: number])[]): readonly (string | null)[] {
  const sentences: (string | null)[] = [];
  const due: { readonly at: number; readonly work: () => void }[] = [];
  let now = 0;
  const health = new SwitchHealth({
    trouble: (sentence) => void sentences.push(sentence),
    later: (work, ms) => void due.push({ at: now + ms, work }),
  });
  for (const [state, lasts] of states) {
    health.look(troubleOf(state));
    now += lasts;
    for (const { at, work } of due.splice(0)) if (at <= now) work();
  }
  return sentences;
}

test('a database that nobody ever saw is said with its address, once a host has had time to boot', () => {
  assert.deepEqual(said([away, 9_000]), []);
  assert.deepEqual(said([away, 10_000]), [
    'no database of Open vSwitch listens at unix:/run/openvswitch/db.sock: what is declared in it waits for it',
  ]);
  const there = { ...away, isRead: true, wasRead: true, isEmpty: false };
  assert.deepEqual(said([away, 10_000], [there, 0]).at(-1), null, 'and that it is over');
});

test('a database that was there and is not is said sooner', () => {
  const [sentence] = said([{ ...away, wasRead: true }, 1_000]);
  assert.match(sentence ?? '', /^the database of Open vSwitch is away from unix:/);
});
