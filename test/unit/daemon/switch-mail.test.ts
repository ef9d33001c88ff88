import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Work } from '../../../src/daemon/hands.ts';
import { Queue } from '../../../src/daemon/queue.ts';
import { SwitchMail } from '../../../src/daemon/switch-mail.ts';
import { Switches } from '../../../src/inventory/switches.ts';
import { asObjectId } from '../../../src/model/address.ts';
import type { Operation } from '../../../src/ovsdb/operations.ts';

/** A bridge to be made. */
function making(name: string): Work {
  const id = asObjectId(name);
  const steps = [{ do: 'create', id, kind: 'ovs-bridge', fields: {} }] as const;
  return { id, steps } as unknown as Work;
}

/** Mail whose letters are kept; `sent` answers with the names of the bridges in each of them. */
function kept() {
  const queue = new Queue();
  const letters: (readonly Operation[])[] = [];
  let isOver = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    isOver = resolve;
  });
  const mail = new SwitchMail({
    queue,
    post: () => ({
      switches: new Switches('me'),
      transact: async (operations) => {
        letters.push(operations);
        return { is: 'done', results: [] };
      },
    }),
    isTakenUp: () => true,
    overdue: () => undefined,
    landed: () => undefined,
    changed: () => mail.isAwaiting || isOver(),
    soon: (work) => void setImmediate(work),
    later: () => undefined,
  });
  const sent = async () => {
    await over;
    return letters.map((letter) =>
      letter.flatMap((one) => (one.op === 'insert' && one.table === 'Bridge' ? [one.row.name] : [])),
    );
  };
  return { queue, mail, sent };
}

test('what is decided in one turn goes together, and what is taken back before does not go', async () => {
  const { mail, sent } = kept();
  mail.act([making('br0')]);
  mail.act([making('br1'), making('br2')]);
  mail.withdraw(asObjectId('br1'));
  assert.equal(mail.isAloft(asObjectId('br1')), false);
  assert.deepEqual(await sent(), [['br0', 'br2']]);
});

test('while something is still to be looked at, nothing is sent', async () => {
  const { queue, mail, sent } = kept();
  queue.add(asObjectId('br1'), { noticed: null, urgent: false });
  mail.act([making('br0')]);
  for (let turns = 0; turns < 3; turns++) await new Promise((turned) => setImmediate(turned));
  queue.take(1);
  mail.act([making('br1')]);
  assert.deepEqual(await sent(), [['br0', 'br1']]);
});
