// kernels: uml-6.12
// boot: systemd
// memory: 768M
// timeout: 400
// The unit beside Open vSwitch as its package starts it: what the sandbox leaves of its socket and its database.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { output, run } from '../kernel/support/command.ts';
import { link } from '../kernel/support/ip.ts';
import { lacksOpenVSwitch } from '../kernel/support/ovs.ts';
import { until } from '../kernel/support/until.ts';

const root = resolve(import.meta.dirname, '../../..');
const soon = { within: 60_000 };
const skip = lacksOpenVSwitch();

const declared = `links:
  ovsbr0:
    kind: ovs-bridge
    ports:
      p0: { type: internal, tag: 5, addresses: [192.0.2.1/24] }
      tap2: { tag: 2 }
  tap2: { kind: veth, peer: tap3 }
`;

interface Told {
  readonly event: string;
  readonly by: { readonly command: string | null } | null;
}

async function showsOf(id: string): Promise<{ readonly state: string; readonly reason: string | null }> {
  return JSON.parse((await run(['vnetctl', '--json', 'show', id])).stdout);
}

async function historyOf(id: string): Promise<readonly Told[]> {
  const lines = (await output(['vnetctl', '--json', 'history', id])).trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}

async function inSync(): Promise<void> {
  await until(async () => (await run(['vnetctl', 'status'])).code === 0, { ...soon, what: 'all in sync' });
}

test('bridges wait for Open vSwitch, and are made when its service starts', { skip }, async () => {
  await output([`${root}/scripts/install`]);
  writeFileSync('/etc/vnetd/10-ovs.yaml', declared);
  await output(['systemctl', 'start', 'vnetd']);
  assert.equal((await showsOf('ovsbr0:p0')).reason, 'waiting for Open vSwitch');

  await output(['systemctl', 'start', 'openvswitch-switch']);

  await inSync();
  assert.equal((await link('tap2')).master, 'ovs-system');
  assert.ok((await link('p0')).flags.includes('UP'));
});

test('who took a port away is read from the database’s own file', { skip }, async () => {
  await output(['ovs-vsctl', 'del-port', 'p0']);

  const drift = await until(
    async () => (await historyOf('ovsbr0:p0')).find(({ event }) => event === 'drift'),
    {
      ...soon,
      what: 'the drift is told',
    },
  );
  assert.match(drift.by?.command ?? '', /ovs-vsctl del-port p0$/);
  await inSync();
  assert.equal((await output(['ovs-vsctl', 'get', 'Port', 'p0', 'tag'])).trim(), '5');
});

test('a restart of Open vSwitch is lived through', { skip }, async () => {
  await output(['systemctl', 'restart', 'openvswitch-switch']);

  await inSync();
  assert.equal((await output(['ovs-vsctl', 'list-ports', 'ovsbr0'])).trim(), 'p0\ntap2');
  const { ifindex } = await link('p0');
  await output(['systemctl', 'restart', 'vnetd']);
  await inSync();
  assert.equal((await link('p0')).ifindex, ifindex, 'a restart of vnetd moves nothing');
});
