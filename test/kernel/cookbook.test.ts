// kernels: host uml-6.12 uml-6.1
// memory: 512M
// timeout: 600
// docs/cookbook.md as it stands there: commands and YAML make the same world, traffic passes, and comes back after a drift.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { cannotTry, lacksKind } from './fields/lacking.ts';
import { output, run, type Test } from './support/command.ts';
import { type DaemonOptions, startDaemon } from './support/daemon.ts';
import { startGuest } from './support/guest.ts';
import { ip } from './support/ip.ts';
import { inSync, unheard, within } from './support/keeping.ts';
import { inNamespace, inside, type Namespace } from './support/namespace.ts';
import { type Recipe, readRecipes } from './support/recipes.ts';
import { until } from './support/until.ts';
import { namespaces, type World, worldOf } from './support/worlds.ts';

/** What a recipe's test needs beside the recipe. */
interface Proof {
  /** Which kinds of link it is about; where the kernel lacks one, it is skipped. */
  readonly kinds: readonly Parameters<typeof lacksKind>[0][];
  /** What somebody does to it while vnetd cannot look, so that the trial fails; each is a case. */
  readonly drifts: readonly string[];
  /** The cards the host has, plugged into the switch of the namespace `lan`. */
  readonly cards?: readonly string[];
  /** The recipe that comes first. */
  readonly on?: string;
  /** Commands in the host's namespace, before all others. */
  readonly before?: string;
  /** What else runs beside, from before the first command; and what the daemon is to be told. */
  readonly beside?: (t: Test, host: Namespace) => Promise<Partial<DaemonOptions> | undefined>;
}

const cable = 'veth between two namespaces';

const proofs: Readonly<Record<string, Proof>> = {
  'Bridge with a NIC, a tap and a veth': {
    kinds: ['bridge', 'veth'],
    cards: ['eth0'],
    beside: (t, host) => startGuest(t, host, 'tap', 'tap0', '192.0.2.50'),
    drifts: ['ip link del br0', 'ip link set tap0 nomaster', 'ip link del tap0', 'ip link del veth0'],
  },
  'Bond with a spare': {
    kinds: ['bond'],
    cards: ['eth0', 'eth1'],
    drifts: ['ip link del bond0', 'ip link set eth1 nomaster'],
  },
  'VLANs 2 and 3 on a NIC': {
    kinds: ['vlan'],
    cards: ['eth0'],
    before: [2, 3].map(vlanOfLan).join('\n'),
    drifts: ['ip link del eth0.2', 'ip addr flush dev eth0.3'],
  },
  'macvlan: bridge': {
    kinds: ['macvlan'],
    cards: ['eth0'],
    drifts: ['ip -n ns1 link del mv0', 'ip -n ns2 link set mv0 type macvlan mode private'],
  },
  'macvlan: private': {
    kinds: ['macvlan'],
    cards: ['eth0'],
    drifts: [
      'ip -n ns2 link del mv0',
      'for ns in ns1 ns2; do ip -n $ns link set mv0 type macvlan mode bridge; done',
    ],
  },
  'macvlan: vepa': {
    kinds: ['macvlan'],
    cards: ['eth0'],
    before: 'bridge -n lan link set dev eth0 hairpin on',
    drifts: ['ip -n ns1 link del mv0', 'ip -n ns2 addr flush dev mv0'],
  },
  'macvlan: passthru': { kinds: ['macvlan'], cards: ['eth0'], drifts: ['ip -n ns1 link del mv0'] },
  'macvlan: source': {
    kinds: ['macvlan'],
    cards: ['eth0'],
    drifts: ['ip -n ns1 link del mv0', 'ip -n ns1 link set mv0 type macvlan macaddr flush'],
  },
  'ipvlan: l2': {
    kinds: ['ipvlan'],
    cards: ['eth0'],
    drifts: ['ip -n ns1 link del iv0', 'ip -n ns2 addr flush dev iv0'],
  },
  'ipvlan: l3': { kinds: ['ipvlan'], cards: ['eth0'], drifts: ['ip -n ns1 link del iv0'] },
  'macvtap for a virtual machine': {
    kinds: ['macvtap'],
    cards: ['eth0'],
    beside: (t, host) => startGuest(t, host, 'macvtap', 'macvtap0', '192.0.2.50'),
    drifts: ['ip link set macvtap0 down', 'ip link set macvtap0 address 02:00:00:00:00:51'],
  },
  [cable]: { kinds: ['veth'], drifts: ['ip -n ns1 link del eth0', 'ip netns del ns2'] },
  'vxlan, point to point': {
    kinds: ['vxlan'],
    on: cable,
    drifts: ['ip -n ns1 link del vx0', 'ip -n ns2 link set vx0 down'],
  },
  geneve: {
    kinds: ['geneve'],
    on: cable,
    drifts: ['ip -n ns1 link del gnv0', 'ip -n ns2 link set gnv0 down'],
  },
  ipip: {
    kinds: ['ipip'],
    on: cable,
    drifts: ['ip -n ns1 link del tun1', 'ip -n ns1 tunnel change tun1 remote 192.0.2.99'],
  },
  gre: {
    kinds: ['gre'],
    on: cable,
    drifts: [
      'ip -n ns1 link del gre1',
      'ip -n ns2 link set gre1 type gre local 192.0.2.2 remote 192.0.2.1 key 8',
    ],
  },
  sit: {
    kinds: ['sit'],
    on: cable,
    drifts: ['ip -n ns1 link del sit1', 'ip -n ns1 tunnel change sit1 remote 192.0.2.99'],
  },
  isatap: {
    kinds: ['sit'],
    on: cable,
    drifts: ['ip -n ns1 link del is0', 'ip -n ns2 tunnel change is0 mode sit local 192.0.2.9 remote any'],
  },
  vti: {
    kinds: ['vti'],
    on: cable,
    drifts: ['ip -n ns1 link del vti1', 'ip -n ns2 tunnel change vti1 key 8'],
  },
  vcan: { kinds: ['vcan'], drifts: ['ip link del vcan0', 'ip link set vcan0 down'] },
  vxcan: { kinds: ['vxcan'], drifts: ['ip -n ns1 link del can0', 'ip -n ns2 link set can0 down'] },
  'vrf with two members': {
    kinds: ['vrf'],
    cards: ['eth0', 'eth1'],
    before: 'ip -n lan addr add 10.0.1.254/24 dev sw',
    drifts: ['ip link del blue', 'ip link set eth0 nomaster'],
  },
  'dummy with an address': {
    kinds: ['dummy'],
    drifts: ['ip link del svc0', 'ip addr del 203.0.113.53/32 dev svc0'],
  },
  nlmon: { kinds: ['nlmon'], drifts: ['ip link del nlmon0', 'ip link set nlmon0 down'] },
};

/** A switch that the cards are plugged into, and on it the other host. */
function lan(cards: readonly string[]): string {
  const plug = (card: string) => `
    ip link add ${card} type veth peer name ${card} netns lan
    ip link set ${card} up
    ip -n lan link set ${card} master sw up`;
  return `
    ip netns add lan
    ip -n lan link add sw address 02:00:00:00:00:fe type bridge
    ip -n lan link set sw up
    ip -n lan addr add 192.0.2.254/24 dev sw
    ${cards.map(plug).join('\n')}`;
}

function vlanOfLan(id: number): string {
  return `
    ip -n lan link add link sw name sw.${id} type vlan id ${id}
    ip -n lan link set sw.${id} up
    ip -n lan addr add 10.0.${id}.254/24 dev sw.${id}`;
}

const path = resolve(import.meta.dirname, '../../../docs/cookbook.md');
const recipes = readRecipes(readFileSync(path, 'utf8'));

function recipeNamed(title: string): Recipe {
  const recipe = recipes.find((one) => one.title === title);
  assert.ok(recipe, `the cookbook has no recipe \`${title}\``);
  return recipe;
}

/** The recipe, and before it those it stands on. */
function chainOf(title: string): readonly Recipe[] {
  const on = proofs[title]?.on;
  return [...(on === undefined ? [] : chainOf(on)), recipeNamed(title)];
}

async function shell(namespace: string, script: string): Promise<string> {
  return output([...inside(namespace).enter, 'sh', '-ec', script]);
}

/** A host, before anybody did anything; `forget` takes all of it away again. */
async function freshHost(t: TestContext, { cards = [], before = '', beside }: Proof) {
  const ends: (() => unknown)[] = [];
  const own: Test = { after: (end) => void ends.push(end as () => unknown) };
  own.after(async () => {
    for (const name of await namespaces()) await ip('netns', 'del', name);
  });
  const forget = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  t.after(forget);
  const host = await inNamespace(own, 'host');
  await shell('host', `${cards.length > 0 ? lan(cards) : ''}\n${before}`);
  const options = (await beside?.(own, host)) ?? {};
  return { host, own, options, forget };
}

async function trialSucceeds({ trial }: Recipe): Promise<boolean> {
  for (const { command, succeeds, elsewhere } of trial) {
    const { code } = await run([...inside(elsewhere ? 'lan' : 'host').enter, 'sh', '-c', command]);
    if ((code === 0) !== succeeds) return false;
  }
  return true;
}

async function becomesTrue(recipe: Recipe): Promise<void> {
  await until(() => trialSucceeds(recipe), { within, what: 'the trial succeeds' });
}

async function worldHere(): Promise<World> {
  return worldOf((await namespaces()).filter((name) => name !== 'lan'));
}

async function worldBecomes(wanted: World): Promise<void> {
  const isSo = async () => {
    assert.deepEqual(await worldHere(), wanted);
    return true;
  };
  await until(isSo, { within: 10_000, what: 'YAML and commands make the same world' });
}

async function prove(t: TestContext, title: string, proof: Proof): Promise<void> {
  const recipe = recipeNamed(title);
  const chain = chainOf(title);
  const first = chain.slice(0, -1).map(({ commands }) => commands[0]);

  const worlds: World[] = [];
  for (const way of recipe.commands) {
    const { forget } = await freshHost(t, proof);
    await shell('host', [...first, way].join('\n'));
    await shell('host', recipe.meanwhile);
    await becomesTrue(recipe);
    worlds.push(await worldHere());
    await forget();
  }
  const [wanted] = worlds;
  assert.ok(wanted);
  for (const world of worlds) assert.deepEqual(world, wanted, 'all ways by commands make the same world');

  const { host, own, options } = await freshHost(t, proof);
  const files = chain.flatMap(({ yaml }) => yaml).map((text, i) => [`${10 + i}.yaml`, text] as const);
  const daemon = await startDaemon(own, { enter: host.enter, files: Object.fromEntries(files), ...options });
  await inSync(daemon);
  await shell('host', recipe.meanwhile);
  await becomesTrue(recipe);
  await worldBecomes(wanted);

  for (const drift of proof.drifts)
    await t.test(drift, async () => {
      await unheard(daemon, async () => {
        await shell('host', drift);
        await until(async () => !(await trialSucceeds(recipe)), { within, what: 'the trial fails' });
      });
      await inSync(daemon);
      await becomesTrue(recipe);
      await worldBecomes(wanted);
    });
}

test('every recipe of the cookbook is proven', () => {
  assert.deepEqual(recipes.map(({ title }) => title).sort(), Object.keys(proofs).sort());
});

for (const [title, proof] of Object.entries(proofs)) {
  const lacking = proof.kinds.map(lacksKind).find((reason) => reason !== false);
  test(title, { skip: lacking ?? cannotTry(...proof.kinds) }, async (t) => {
    await prove(t, title, proof);
    for (const kind of proof.kinds) t.diagnostic(`kind: ${kind}`);
  });
}
