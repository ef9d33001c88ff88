// kernels: host uml-6.12 uml-6.1
// memory: 512M
// timeout: 600
// Every field of a bridge of Open vSwitch and of ports of every type, changed by somebody, emptied and deleted with ovs-vsctl(8).
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Value } from '../../src/model/value.ts';
import { type Daemon, startDaemon } from './support/daemon.ts';
import { inSync, keysOf, unheard, within } from './support/keeping.ts';
import { inNamespace } from './support/namespace.ts';
import { lacksOpenVSwitch, type OpenVSwitch, openVSwitch } from './support/ovs.ts';
import { until } from './support/until.ts';
import { allCases, type Case, datapath, elsewhere, home, peerOf } from './switches/cases.ts';
import { type Rows, rowsOf } from './switches/rows.ts';

interface Trial {
  readonly ovs: OpenVSwitch;
  readonly daemon: Daemon;
  readonly wanted: Rows;
  /**
   * What has to be in sync: all but the other ends of patch cables. Once an end was in another bridge, Open vSwitch 3.1
   * says of the other one that it had no usable peer, and takes it back, in turns with every change of anything.
   */
  readonly ids: readonly string[];
}

test('whatever field of whatever port or bridge is changed, emptied or deleted, it is put back', {
  skip: lacksOpenVSwitch(),
}, async (t) => {
  t.diagnostic('kind: ovs-bridge');
  t.diagnostic('kind: ovs-port');
  const cases = allCases();
  const trial = await keepAll(t, cases);

  await t.test('changed', () => drift(trial, cases, ({ changed }) => changed));
  const clearable = cases.filter(({ cleared }) => cleared !== undefined);
  await t.test('emptied', () => drift(trial, clearable, ({ cleared = [] }) => cleared));
  const ports = cases.filter(({ what }) => what !== 'bridge');
  await t.test('ports deleted', () => drift(trial, ports, ({ name }) => ['--', 'del-port', name], 'exists'));
  await t.test('bridges deleted', async () => {
    const bridges = cases.filter(({ what }) => what === 'bridge');
    await drift(trial, bridges, ({ name }) => ['--', 'del-br', name], 'exists');
    await unheard(trial.daemon, () => trial.ovs.vsctl('del-br', home, '--', 'del-br', elsewhere));
    await comesBack(trial);
  });
  await t.test('the database emptied', async () => {
    await unheard(trial.daemon, async () => {
      await trial.ovs.stopServer();
      await trial.ovs.wipe();
      await trial.ovs.startServer();
    });
    await comesBack(trial);
  });
  const lines = cases.map(
    ({ what, key, cleared }) => `${what}.${key}${cleared === undefined ? ' (changed only)' : ''}`,
  );
  t.diagnostic(`${cases.length} fields put back: ${lines.join(', ')}`);
});

/** Everything declared by the cases, in force, as it then stands in the database. */
async function keepAll(t: TestContext, cases: readonly Case[]): Promise<Trial> {
  const ns = await inNamespace(t);
  const ovs = await openVSwitch(t, ns.enter);
  const daemon = await startDaemon(t, {
    files: { '10-ovs.yaml': declaration(cases) },
    enter: ns.enter,
    args: ['--ovsdb', ovs.address],
  });
  await inSync(daemon);
  return { ovs, daemon, wanted: await rowsOf(ovs), ids: [home, elsewhere, ...cases.map(idOf)] };
}

/** Without flows: several patch cables between two bridges would be a loop. */
const quiet = { kind: 'ovs-bridge', datapath_type: datapath, fail_mode: 'secure' };

function declaration(cases: readonly Case[]): string {
  const isPort = ({ what }: Case) => what !== 'bridge';
  const ports = cases.filter(isPort);
  const peers = ports
    .filter(({ what }) => what === 'patch')
    .map(({ name }) => [peerOf(numberIn(name)), name]);
  const links = cases.flatMap((one) => one.links);
  return JSON.stringify({
    links: {
      [home]: {
        ...quiet,
        ports: Object.fromEntries(ports.map(({ name, fields }) => [name, nested(fields)])),
      },
      [elsewhere]: {
        ...quiet,
        ports: Object.fromEntries(peers.map(([own = '', peer = '']) => [own, { type: 'patch', peer }])),
      },
      ...Object.fromEntries(
        cases
          .filter((one) => !isPort(one))
          .map(({ name, fields }) => [name, { kind: 'ovs-bridge', ...nested(fields) }]),
      ),
      ...Object.fromEntries(links.map((name) => [name, { kind: 'veth', peer: `v-${name}` }])),
    },
  });
}

function idOf({ what, name }: Case): string {
  return what === 'bridge' ? name : `${home}:${name}`;
}

function numberIn(name: string): number {
  return Number(name.replace(/\D+/, ''));
}

/** `options.key` as it is written: a map in a map. */
function nested(fields: Readonly<Record<string, Value>>): Record<string, Value> {
  const body: Record<string, Value> = {};
  for (const [key, value] of Object.entries(fields)) {
    const [top = '', inner] = key.split(/\.(.*)/s);
    if (inner === undefined) body[top] = value;
    else body[top] = { ...(body[top] as Record<string, Value> | undefined), [inner]: value };
  }
  return body;
}

/** Somebody does that to each of them in one transaction; all of it comes back, and is told as what it was. */
async function drift(
  trial: Trial,
  cases: readonly Case[],
  wordsOf: (one: Case) => readonly string[],
  told?: string,
): Promise<void> {
  const { ovs, daemon, wanted } = trial;
  await unheard(daemon, async () => {
    await ovs.vsctl('--no-wait', ...cases.flatMap(wordsOf));
    const found = await rowsOf(ovs);
    const untouched = cases.filter((one) => !differs(one, found, wanted));
    assert.deepEqual(
      untouched.map(({ what, key }) => `${what} ${key}`),
      [],
      'everything is changed',
    );
  });
  await comesBack(trial);
  const untold: string[] = [];
  const { lines } = await daemon.vnetctl('history', '-n', '100000');
  for (const one of cases) {
    const keys = keysOf(lines.filter(({ id }) => id === idOf(one)));
    if (!keys.includes(told ?? one.key)) untold.push(`${one.what} ${one.key}: ${keys}`);
  }
  assert.deepEqual(untold, [], 'each is told as what it was');
}

function differs({ name, what }: Case, found: Rows, wanted: Rows): boolean {
  const keys = what === 'bridge' ? ['Bridge', 'Interface'] : ['Port', 'Interface'];
  const of = (rows: Rows) => [...keys.map((table) => rows[`${table} ${name}`]), bridgeOf(rows, name)];
  return JSON.stringify(of(found)) !== JSON.stringify(of(wanted));
}

function bridgeOf(rows: Rows, port: string): string | undefined {
  const ports = (row: unknown) => (row as { readonly ports?: readonly string[] }).ports ?? [];
  return Object.keys(rows).find((key) => key.startsWith('Bridge ') && ports(rows[key]).includes(port));
}

async function comesBack({ daemon, ovs, wanted, ids }: Trial): Promise<void> {
  await until(
    async () => {
      assert.deepEqual(await rowsOf(ovs), wanted);
      return true;
    },
    { within, what: 'the database is as it was' },
  );
  await inSync(daemon, ...ids);
}
