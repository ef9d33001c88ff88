// kernels: host uml-6.12 uml-6.1
// memory: 512M
// timeout: 600
// The life of a link of every kind: made, changed by somebody, deleted by somebody, let go or taken away.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { article } from '../../src/derive/grammar.ts';
import { kinds, linkKinds } from '../../src/reconcilers/index.ts';
import { labKernels } from '../../src/reconcilers/kind.ts';
import { lacksKind } from './fields/lacking.ts';
import { infinibandPorts } from './support/infiniband.ts';
import type { LinkJson } from './support/ip.ts';
import { inSync, keepInSync, objectsOf, within } from './support/keeping.ts';
import type { Namespace } from './support/namespace.ts';
import { until } from './support/until.ts';

interface Life {
  /** The declaration of `k0`, and of what it stands on. */
  readonly yaml: string;
  /** What somebody does to one of its own attributes, and what ip(8) shows of it while it is as declared. */
  readonly drift?: { readonly command: string; readonly at: string; readonly wanted: unknown };
  /** Made by the test beforehand, for kinds vnetd does not make. */
  readonly before?: string;
  /** What else has to be there, and stays. */
  readonly on?: {
    readonly names: readonly string[];
    readonly prepare: (t: TestContext, ns: Namespace) => Promise<void>;
  };
}

/** What the kernel keeps; Open vSwitch has tests of its own. */
type LinkKind = Exclude<keyof typeof kinds, 'namespace' | 'ovs-bridge' | 'ovs-port'>;

const lives: Readonly<Record<LinkKind, Life>> = {
  device: {
    before: 'link add k0 type ifb',
    yaml: '{ mtu: 1400, state: up }',
    drift: { command: 'link set k0 mtu 1300', at: 'mtu', wanted: 1400 },
  },
  bridge: {
    yaml: '{ kind: bridge, ageing_time: 20000 }',
    drift: { command: 'link set k0 type bridge ageing_time 400', at: 'ageing_time', wanted: 20000 },
  },
  bond: {
    yaml: '{ kind: bond, mode: active-backup, miimon: 50 }',
    drift: { command: 'link set k0 type bond miimon 70', at: 'miimon', wanted: 50 },
  },
  vlan: {
    yaml: '{ kind: vlan, link: low0, id: 12, loose_binding: true }',
    drift: {
      command: 'link set k0 type vlan loose_binding off',
      at: 'flags',
      wanted: ['REORDER_HDR', 'LOOSE_BINDING'],
    },
  },
  vxlan: {
    yaml: '{ kind: vxlan, id: 5, dstport: 4789, ttl: 7 }',
    drift: { command: 'link set k0 type vxlan ttl 9', at: 'ttl', wanted: 7 },
  },
  veth: {
    yaml: '{ kind: veth, peer: k1, mtu: 1400 }',
    drift: { command: 'link set k0 mtu 1300', at: 'mtu', wanted: 1400 },
  },
  macvlan: {
    yaml: '{ kind: macvlan, link: low0, mode: private }',
    drift: { command: 'link set k0 type macvlan mode bridge', at: 'mode', wanted: 'private' },
  },
  macvtap: {
    yaml: '{ kind: macvtap, link: low0, mode: private }',
    drift: { command: 'link set k0 type macvtap mode bridge', at: 'mode', wanted: 'private' },
  },
  ipvlan: {
    yaml: '{ kind: ipvlan, link: low0, mode: l2, flag: private }',
    drift: { command: 'link set k0 type ipvlan mode l3', at: 'mode', wanted: 'l2' },
  },
  ipvtap: {
    yaml: '{ kind: ipvtap, link: low0, mode: l2, flag: private }',
    drift: { command: 'link set k0 type ipvtap mode l3', at: 'mode', wanted: 'l2' },
  },
  dummy: {
    yaml: '{ kind: dummy, mtu: 1400 }',
    drift: { command: 'link set k0 mtu 1300', at: 'mtu', wanted: 1400 },
  },
  ifb: {
    yaml: '{ kind: ifb, mtu: 1400 }',
    drift: { command: 'link set k0 mtu 1300', at: 'mtu', wanted: 1400 },
  },
  nlmon: {
    yaml: '{ kind: nlmon, mtu: 4000 }',
    drift: { command: 'link set k0 mtu 3000', at: 'mtu', wanted: 4000 },
  },
  vcan: {
    yaml: '{ kind: vcan, txqueuelen: 77 }',
    drift: { command: 'link set k0 txqueuelen 66', at: 'txqlen', wanted: 77 },
  },
  vxcan: {
    yaml: '{ kind: vxcan, peer: k1, txqueuelen: 77 }',
    drift: { command: 'link set k0 txqueuelen 66', at: 'txqlen', wanted: 77 },
  },
  vrf: { yaml: '{ kind: vrf, table: 77 }' },
  netkit: {
    yaml: '{ kind: netkit, peer: k1, mtu: 1400 }',
    drift: { command: 'link set k0 mtu 1300', at: 'mtu', wanted: 1400 },
  },
  ipip: {
    yaml: '{ kind: ipip, local: 192.0.2.1, remote: 198.51.100.1, ttl: 7 }',
    drift: { command: 'link set k0 type ipip ttl 9', at: 'ttl', wanted: 7 },
  },
  sit: {
    yaml: '{ kind: sit, local: 192.0.2.1, remote: 198.51.100.1, ttl: 7 }',
    drift: { command: 'link set k0 type sit ttl 9', at: 'ttl', wanted: 7 },
  },
  gre: {
    yaml: '{ kind: gre, local: 192.0.2.1, remote: 198.51.100.1, ttl: 7 }',
    drift: { command: 'link set k0 type gre ttl 9', at: 'ttl', wanted: 7 },
  },
  gretap: {
    yaml: '{ kind: gretap, local: 192.0.2.1, remote: 198.51.100.1, ttl: 7 }',
    drift: { command: 'link set k0 type gretap ttl 9', at: 'ttl', wanted: 7 },
  },
  ip6tnl: {
    yaml: '{ kind: ip6tnl, local: 2001:db8::1, remote: 2001:db8:9::1, hoplimit: 7 }',
    drift: { command: 'link set k0 type ip6tnl hoplimit 9', at: 'ttl', wanted: 7 },
  },
  ip6gre: {
    yaml: '{ kind: ip6gre, local: 2001:db8::1, remote: 2001:db8:9::1, hoplimit: 7 }',
    drift: { command: 'link set k0 type ip6gre hoplimit 9', at: 'ttl', wanted: 7 },
  },
  ip6gretap: {
    yaml: '{ kind: ip6gretap, local: 2001:db8::1, remote: 2001:db8:9::1, hoplimit: 7 }',
    drift: { command: 'link set k0 type ip6gretap hoplimit 9', at: 'ttl', wanted: 7 },
  },
  vti: {
    yaml: '{ kind: vti, local: 192.0.2.1, remote: 198.51.100.1, key: 7 }',
    drift: { command: 'link set k0 type vti ikey 9', at: 'ikey', wanted: '0.0.0.7' },
  },
  vti6: {
    yaml: '{ kind: vti6, local: 2001:db8::1, remote: 2001:db8:9::1, key: 7 }',
    drift: { command: 'link set k0 type vti6 ikey 9', at: 'ikey', wanted: '0.0.0.7' },
  },
  erspan: {
    yaml: '{ kind: erspan, local: 192.0.2.1, remote: 198.51.100.1, key: 7, seq: true, ttl: 7 }',
    drift: { command: 'link set k0 type erspan ttl 9', at: 'ttl', wanted: 7 },
  },
  ip6erspan: {
    yaml: '{ kind: ip6erspan, local: 2001:db8::1, remote: 2001:db8:9::1, key: 7, seq: true, hoplimit: 7 }',
    drift: { command: 'link set k0 type ip6erspan hoplimit 9', at: 'ttl', wanted: 7 },
  },
  geneve: {
    yaml: '{ kind: geneve, id: 5, remote: 198.51.100.1, ttl: 7 }',
    drift: { command: 'link set k0 type geneve id 5 remote 198.51.100.1 ttl 9', at: 'ttl', wanted: 7 },
  },
  xfrm: {
    yaml: '{ kind: xfrm, dev: low0, if_id: 7 }',
    drift: { command: 'link set k0 type xfrm dev low0 if_id 8', at: 'if_id', wanted: '0x7' },
  },
  bareudp: {
    yaml: '{ kind: bareudp, dstport: 6635, ethertype: mpls_uc, mtu: 1400 }',
    drift: { command: 'link set k0 mtu 1300', at: 'mtu', wanted: 1400 },
  },
  amt: {
    yaml: '{ kind: amt, mode: relay, local: 192.0.2.1, dev: low0, mtu: 1400 }',
    drift: { command: 'link set k0 mtu 1300', at: 'mtu', wanted: 1400 },
  },
  hsr: {
    yaml: '{ kind: hsr, slave1: low0, slave2: low1, mtu: 1400 }',
    drift: { command: 'link set k0 mtu 1300', at: 'mtu', wanted: 1400 },
  },
  batadv: {
    yaml: '{ kind: batadv, ra: BATMAN_IV, members: [low0], mtu: 1400 }',
    drift: { command: 'link set k0 mtu 1300', at: 'mtu', wanted: 1400 },
  },
  gtp: {
    yaml: '{ kind: gtp, role: sgsn, mtu: 1400 }',
    drift: { command: 'link set k0 mtu 1300', at: 'mtu', wanted: 1400 },
  },
  ipoib: {
    on: { names: ['ib0'], prepare: infinibandPorts },
    yaml: '{ kind: ipoib, link: ib0, pkey: 0x8001, mode: datagram, mtu: 2000 }',
    drift: { command: 'link set k0 mtu 1300', at: 'mtu', wanted: 2000 },
  },
};

const fallbacks: ReadonlySet<unknown> = new Set(linkKinds.map(({ fallback }) => fallback));

/** On the host's own kernel nothing is tried that would load a module: it would stay. */
const onHost = new Set(['device', 'bridge', 'vxlan', 'veth', 'macvlan', 'macvtap', 'ifb']);

/** An attribute as ip(8) shows it: of the kind, else of every link. */
function shown(link: LinkJson, at: string): unknown {
  const data = (link.linkinfo as { info_data?: Record<string, unknown> } | undefined)?.info_data;
  return data?.[at] ?? (link as unknown as Record<string, unknown>)[at];
}

async function live(t: TestContext, kind: LinkKind): Promise<void> {
  const { before, on, yaml, drift } = lives[kind];
  const declaration = `links:\n  low0: { kind: ifb }\n  low1: { kind: ifb }\n  k0: ${yaml}\n`;
  const prepare = async (ns: Namespace) => {
    await on?.prepare(t, ns);
    if (before !== undefined) await ns.ipBatch([before]);
  };
  const { ns, daemon } = await keepInSync(t, declaration, prepare);
  const shows = async () => {
    const link = await ns.link('k0').catch(() => undefined);
    if (link === undefined || !link.flags.includes('UP')) return false;
    assert.equal((link.linkinfo as { info_kind?: string }).info_kind, kind === 'device' ? 'ifb' : kind);
    return drift === undefined || JSON.stringify(shown(link, drift.at)) === JSON.stringify(drift.wanted);
  };
  assert.ok(await shows(), 'it is as declared');

  await ns.ipBatch(['link set k0 down']);
  await until(shows, { within, what: 'it is up again' });
  if (drift !== undefined) {
    await ns.ipBatch([drift.command]);
    await until(shows, { within, what: `\`ip ${drift.command}\` is undone` });
  }
  if (kind !== 'device') {
    await ns.ipBatch(['link del k0']);
    await until(shows, { within, what: 'it is there again' });
  }
  await inSync(daemon);
  assert.ok((await objectsOf(daemon)).every(({ state }) => state === 'in-sync'));

  daemon.remove('10-links.yaml');
  await inSync(daemon);
  // With the module of a tunnel each namespace gets a link of the kernel's own.
  const names = (await ns.ipJson('link'))
    .map(({ ifname }) => ifname)
    .filter((name) => !fallbacks.has(name) && on?.names.includes(name as string) !== true);
  assert.deepEqual(
    names,
    kind === 'device' ? ['lo', 'k0'] : ['lo'],
    'what vnetd made is gone, the rest is there',
  );
}

/** The lab's kernel this is; undefined for the machine's own. */
const series = labKernels.find((one) => `uml-${one}` === process.env.VNETD_TEST_KERNEL);

test('the kernel has the kinds its table says it has, and no other', { skip: series === undefined }, () => {
  const made = linkKinds.filter((kind) => kind.made && kind.kernel !== null);
  const tried = made.filter(({ triedOn }) => series !== undefined && triedOn.includes(series));
  const known = made.filter(({ name }) => lacksKind(name as LinkKind) === false);
  assert.deepEqual(
    known.map(({ name }) => name),
    tried.map(({ name }) => name),
  );
});

for (const kind of Object.keys(lives) as LinkKind[]) {
  if (process.env.VNETD_TEST_KERNEL === 'host' && !onHost.has(kind)) continue;
  const { triedOn } = kinds[kind];
  const skip =
    series !== undefined && !triedOn.includes(series) && `Linux ${series} has no ${kind} in the lab`;
  test(`the life of ${article(kind)}`, { skip }, async (t) => {
    await live(t, kind);
    t.diagnostic(`kind: ${kind}`);
  });
}
