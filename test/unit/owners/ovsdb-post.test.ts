import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { followedColumns, Switches } from '../../../src/inventory/switches.ts';
import { asObjectId } from '../../../src/model/address.ts';
import type { Step } from '../../../src/model/step.ts';
import type { Values } from '../../../src/model/value.ts';
import { OvsdbClient } from '../../../src/ovsdb/client.ts';
import { sendAll } from '../../../src/owners/ovsdb-post.ts';
import { output } from '../../kernel/support/command.ts';
import { ovsdbServer, skip } from '../ovsdb/server.ts';

/** A database that another writer changes after each transaction was written and before it is sent. */
async function contested(t: TestContext, prepared: string) {
  const server = await ovsdbServer(t);
  const other = (words: string) =>
    output(['ovs-vsctl', `--db=unix:${server.socket}`, '--no-wait', ...words.split(' ')]);
  await other('init');
  await other(prepared);
  const ending = new AbortController();
  t.after(() => ending.abort());
  const switches = new Switches('me');
  const client = await new Promise<OvsdbClient>((resolve) => {
    const client: OvsdbClient = new OvsdbClient({
      path: server.socket,
      database: 'Open_vSwitch',
      follow: followedColumns(),
      signal: ending.signal,
      listener: {
        changed: ({ changes }) => void switches.take(changes, client.tables),
        moved: ({ is }) => is === 'ready' && resolve(client),
      },
    });
  });
  /** What each step came to, and how many transactions it took. */
  return async (meanwhile: string, ...steps: readonly Step[]) => {
    const came: Record<string, string> = {};
    let sent = 0;
    const transact: typeof client.transact = async (operations) => {
      if (sent++ === 0) await other(meanwhile);
      return client.transact(operations);
    };
    await sendAll(
      { switches, transact },
      steps.map((step) => ({ id: step.id, steps: [step] })),
      ({ id }, [result]) => {
        came[id] = result?.outcome.is ?? 'nothing';
      },
    );
    return { came, sent, found: async (words: string) => (await other(words)).trim() };
  };
}

const create = (id: string, fields: Values, kind = 'ovs-port'): Step => ({
  do: 'create',
  id: asObjectId(id),
  kind,
  fields,
});
const port = (name: string) => create(`br0:${name}`, { bridge: 'br0', type: 'internal' });
const tag = (name: string): Step => ({
  do: 'set',
  id: asObjectId(`br0:${name}`),
  kind: 'ovs-port',
  fields: { tag: 7 },
});

test('a port, an interface or a bridge that came meanwhile costs only what it is of', { skip }, async (t) => {
  const send = await contested(t, 'add-br br0 -- add-br br8');
  const { came, sent, found } = await send(
    'add-port br0 p3 -- add-bond br0 bond0 p5 p9 -- add-br br1',
    ...[1, 2, 3, 4, 5, 6].map((number) => port(`p${number}`)),
    create('br1', {}, 'ovs-bridge'),
    create('br2', {}, 'ovs-bridge'),
  );
  assert.deepEqual(came, {
    'br0:p3': 'overtaken',
    'br0:p5': 'overtaken',
    br1: 'overtaken',
    'br0:p1': 'done',
    'br0:p2': 'done',
    'br0:p4': 'done',
    'br0:p6': 'done',
    br2: 'done',
  });
  assert.equal(sent, 2, 'the one that was refused, and one without what was lost');
  assert.equal(await found('get Port p3 external_ids'), '{}');
});

test('rows that went meanwhile cost only what was to be changed of them', { skip }, async (t) => {
  const send = await contested(t, 'add-br br0 -- add-port br0 p1 -- add-port br0 p2 -- add-br br1');
  const { came, sent, found } = await send(
    'del-port p1 -- add-port br0 p1 -- del-br br1',
    tag('p1'),
    tag('p2'),
    create('br1:p3', { bridge: 'br1', type: 'internal' }),
  );
  assert.deepEqual(came, { 'br0:p1': 'overtaken', 'br0:p2': 'done', 'br1:p3': 'overtaken' });
  assert.equal(sent, 1);
  assert.equal(await found('get Port p1 tag'), '[]');
  assert.equal(await found('get Port p2 tag'), '7');
  assert.equal(await found('--columns=name find Port name=p3'), '', 'what is in no bridge is collected');
});

test('a port that went while it was to be moved is looked at again', { skip }, async (t) => {
  const send = await contested(t, 'add-br br0 -- add-br br1 -- add-port br0 p1 -- add-port br0 p2');
  const moved = (name: string): Step => ({
    do: 'set',
    id: asObjectId(`br1:${name}`),
    kind: 'ovs-port',
    fields: { bridge: 'br1' },
  });
  const { came, found } = await send('del-port p1', moved('p1'), moved('p2'));
  assert.deepEqual(came, { 'br1:p1': 'overtaken', 'br1:p2': 'done' });
  assert.equal(await found('port-to-br p2'), 'br1');
});

test('a bridge stays that somebody puts a port into while it is to be deleted', { skip }, async (t) => {
  const send = await contested(t, 'add-br br0 -- add-port br0 p1 -- add-br br1 -- add-port br1 p2');
  const remove = (id: string): Step => ({ do: 'delete', id: asObjectId(id) });
  const steps = ['br0:p1', 'br0', 'br1:p2', 'br1'].map(remove);
  const { came, sent, found } = await send('add-port br1 theirs', ...steps);
  assert.deepEqual(came, { 'br0:p1': 'done', br0: 'done', 'br1:p2': 'done', br1: 'overtaken' });
  assert.equal(sent, 2, 'the one that was refused, and one without the bridge');
  assert.equal(await found('list-br'), 'br1');
  assert.equal(await found('list-ports br1'), 'theirs');
});

test('a link is not let go once its rows went', { skip }, async (t) => {
  const send = await contested(t, 'add-br br0 -- add-port br0 p1 -- add-port br0 p2');
  const letGo = (link: string): Step => ({
    do: 'attach',
    id: asObjectId(`br0:${link}`),
    kind: 'ovs-port',
    link,
    phase: 'let go',
    fields: { type: 'system' },
  });
  const { came, sent, found } = await send('del-port p1', letGo('p1'), letGo('p2'));
  assert.deepEqual(came, { 'br0:p1': 'overtaken', 'br0:p2': 'done' });
  assert.equal(sent, 2);
  assert.equal(await found('get Interface p2 type'), 'patch');
});

test('what stands in the way from the start is refused in the words of the database', { skip }, async (t) => {
  const send = await contested(t, 'add-br br0 -- add-bond br0 bond0 p5 p9');
  const { came } = await send('set Bridge br0 external_ids:a=b', port('p5'), port('p6'));
  assert.deepEqual(came, { 'br0:p5': 'refused', 'br0:p6': 'done' });
});

test('what was made before it is asked for is not asked for', { skip }, async (t) => {
  const send = await contested(t, 'add-br br0 -- add-port br0 p1');
  const { came, sent } = await send('init', port('p1'), create('br0', {}, 'ovs-bridge'));
  assert.deepEqual(came, { 'br0:p1': 'overtaken', br0: 'overtaken' });
  assert.equal(sent, 0);
});
