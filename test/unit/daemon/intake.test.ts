import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Intake } from '../../../src/daemon/intake.ts';
import type { FromKeeper } from '../../../src/daemon/messages.ts';
import type { Happening } from '../../../src/model/event.ts';

const MANY = 1000;

function news(count: number): FromKeeper {
  const happenings = Array.from({ length: count }, (_, at) => ({ at }) as Happening);
  return { say: 'news', changed: [], gone: [], happenings, lost: 0 };
}

function opened() {
  const told: (number | string)[] = [];
  const intake = new Intake(
    (message) => {
      if (message.say === 'news') told.push(...message.happenings.map(({ at }) => at));
      else told.push(message.say);
    },
    () => told.push('taken'),
  );
  return { intake, told };
}

const all = Array.from({ length: MANY }, (_, i) => i);
const settled: FromKeeper = { say: 'settled', generation: 1 };

test('a large batch leaves the event loop turns in between, and nothing overtakes it', async () => {
  const { intake, told } = opened();
  intake.take(news(MANY));
  intake.take(settled);
  assert.ok(told.length > 0 && told.length < MANY, `${told.length} at once`);
  let turns = 0;
  while (!told.includes('settled')) {
    assert.ok(turns < MANY);
    turns += 1;
    await turn();
  }
  assert.deepEqual(told, [...all, 'taken', 'settled']);
  assert.ok(turns > 1, `${turns} turns`);
});

test('at the end all that waits is handed on at once', () => {
  const { intake, told } = opened();
  intake.take(news(MANY));
  intake.take(settled);
  intake.finish();
  assert.deepEqual(told, [...all, 'settled']);
});
