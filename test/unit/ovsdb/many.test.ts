import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { add, everyRow, insert, mutate, select } from '../../../src/ovsdb/operations.ts';
import { namedRef, setOf } from '../../../src/ovsdb/values.ts';
import { type OvsdbServer, ovsdbServer, skip } from './server.ts';
import { follow } from './told.ts';

const columns = {
  Open_vSwitch: ['bridges', 'next_cfg', 'cur_cfg', 'external_ids'],
  Bridge: ['name', 'ports', 'external_ids', 'other_config', 'datapath_type'],
  Port: ['name', 'interfaces', 'tag', 'trunks', 'vlan_mode', 'external_ids', 'other_config'],
  Interface: ['name', 'type', 'options', 'ofport', 'error', 'ifindex', 'mtu_request', 'external_ids'],
};

test('the snapshot of 10,000 rows takes ten times that of 1,000, not a hundred times', {
  skip,
  timeout: 120_000,
}, async (t) => {
  const few = await snapshotMs(t, await switchWith(t, 500), 500);
  const server = await switchWith(t, 5000);
  const many = await snapshotMs(t, server, 5000);
  t.diagnostic(`snapshot of 1,000 rows: ${few.toFixed(1)} ms, of 10,000: ${many.toFixed(1)} ms`);
  assert.ok(many < 30 * few, `${few} ms became ${many} ms`);

  t.diagnostic(
    `a transaction beside them, there and back: ${(await roundTripMicros(t, server)).toFixed(0)} µs`,
  );
});

async function roundTripMicros(t: TestContext, server: OvsdbServer): Promise<number> {
  const { client, ready } = follow(t, { path: server.socket, follow: columns });
  await ready();
  const rounds = 200;
  const started = performance.now();
  for (let i = 0; i < rounds; i++) {
    const { is } = await client.transact([
      mutate('Open_vSwitch', everyRow, add('next_cfg', 1)),
      select('Open_vSwitch', everyRow, ['next_cfg']),
    ]);
    assert.equal(is, 'done');
  }
  const micros = ((performance.now() - started) / rounds) * 1000;
  const [root] = client.tables?.rows('Open_vSwitch').values() ?? [];
  assert.equal(root?.next_cfg, rounds);
  return micros;
}

/** A server with one bridge of so many ports, each with its interface. */
async function switchWith(t: TestContext, ports: number): Promise<OvsdbServer> {
  const server = await ovsdbServer(t);
  const { client, ready, end } = follow(t, { path: server.socket, follow: {} });
  await ready();
  const names = Array.from({ length: ports }, (_, i) => `port${i}`);
  const outcome = await client.transact([
    ...names.flatMap((name) => [
      insert('Interface', { name, type: 'internal' }, `interface_${name}`),
      insert('Port', { name, interfaces: namedRef(`interface_${name}`), tag: 7 }, name),
    ]),
    insert('Bridge', { name: 'br0', ports: setOf(names.map(namedRef)) }, 'bridge'),
    insert('Open_vSwitch', { bridges: namedRef('bridge') }),
  ]);
  assert.equal(outcome.is, 'done');
  end();
  return server;
}

/** The best of three: from nothing to ready, in milliseconds. */
async function snapshotMs(t: TestContext, server: OvsdbServer, ports: number): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    const started = performance.now();
    const { client, ready, end } = follow(t, { path: server.socket, follow: columns });
    await ready();
    times.push(performance.now() - started);
    assert.equal(client.tables?.rows('Port').size, ports);
    assert.equal(client.tables?.rows('Interface').size, ports);
    end();
  }
  return Math.min(...times);
}
