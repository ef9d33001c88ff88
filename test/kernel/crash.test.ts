// kernels: host uml-6.12
// timeout: 900
// memory: 768M
// vnetd is killed in the middle of its work, again and again, wherever it is, and takes up where it was.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { output } from './support/command.ts';
import { makeFolders, startDaemon } from './support/daemon.ts';
import type { LinkJson } from './support/ip.ts';
import { inSync, objectsOf, within } from './support/keeping.ts';
import { inNamespace, type Namespace } from './support/namespace.ts';
import { until } from './support/until.ts';

const onHost = process.env.VNETD_TEST_KERNEL === 'host';
const rounds = Math.max(1, Math.round((onHost ? 100 : 20) * Number(process.env.VNETD_CAMPAIGN ?? '0.1')));
const seed = Number(process.env.VNETD_TEST_SEED ?? randomInt(2 ** 31));
const GROUPS = 20;
/** The calls vnetd is killed before: it has written down what it is about to ask for, or asked and not heard the answer. */
const CALLS = 'sendto,recvmmsg';
/** Stacked on a veth: VLANs where the kernel has them. */
const stacked = onHost ? 'macvlan' : 'vlan';

interface Expected {
  readonly name: string;
  readonly kind: string;
  readonly master?: string;
  readonly link?: string;
  readonly yaml: string;
}

/** Ten links: a bridge with two veths and two vxlans in it, and three links on the other end of the first veth. */
function group(g: number): Expected[] {
  const master = `b${g}`;
  const port = (name: string, kind: string, more: string): Expected => ({
    ...{ name, kind, master },
    yaml: `{ kind: ${kind}, master: ${master}, ${more} }`,
  });
  const end = (i: number): Expected => ({
    ...{ name: `w${g}-${i}`, kind: 'veth' },
    yaml: `{ kind: veth, peer: v${g}-${i}, mtu: 1600, addresses: [10.${g}.${i}.1/24] }`,
  });
  const upper = (i: number): Expected => ({
    ...{ name: `u${g}-${i}`, kind: stacked, link: `w${g}-0` },
    yaml: `{ kind: ${stacked}, link: w${g}-0${stacked === 'vlan' ? `, id: ${100 + i}` : ''}, mtu: 1400 }`,
  });
  return [
    { name: master, kind: 'bridge', yaml: '{ kind: bridge, ageing_time: 20000 }' },
    ...[0, 1].flatMap((i) => [port(`v${g}-${i}`, 'veth', `peer: w${g}-${i}, mtu: 1600`), end(i)]),
    ...[0, 1].map((i) => port(`x${g}-${i}`, 'vxlan', `id: ${g * 2 + i + 1}, dstport: 4789`)),
    ...[0, 1, 2].map(upper),
  ];
}

const expected = Array.from({ length: GROUPS }, (_, g) => group(g)).flat();
const declaration = `links:\n${expected.map(({ name, yaml }) => `  ${name}: ${yaml}\n`).join('')}`;
const foreign = ['f0', 'f1', 'f2'];

/** A bridge and a veth pair, settled: their carrier is there, and IPv6 makes no addresses later. */
async function makeForeign(ns: Namespace): Promise<void> {
  await ns.ipBatch([
    ...['link add f0 type bridge', 'link set f0 alias untouched', 'address add 192.0.2.1/24 dev f0'],
    ...['link add f1 mtu 1333 type veth peer name f2', 'link set f1 master f0'],
    ...foreign.map((name) => `link set ${name} addrgenmode none`),
    ...foreign.map((name) => `link set ${name} up`),
    'address add 198.51.100.1/24 dev f2',
  ]);
  await until(
    async () =>
      (await ns.ipJson('link', 'show', 'up')).filter(({ operstate }) => operstate === 'UP').length === 3,
    { within, what: 'the foreign links have carrier' },
  );
}

/** All that `ip` says of the foreign links but what moves by itself. */
async function foreignOf(ns: Namespace): Promise<unknown> {
  const all = (await ns.ipJson('address', 'show')).filter(({ ifname }) => foreign.includes(String(ifname)));
  assert.equal(all.length, foreign.length);
  return JSON.parse(JSON.stringify(all, (key, value) => (key.endsWith('_timer') ? undefined : value)));
}

async function allAsDeclared(ns: Namespace): Promise<void> {
  const found = new Map((await ns.ipJson('link', 'show')).map((link) => [link.ifname, link as LinkJson]));
  const wrong = expected.filter(({ name, kind, master, link: lower }) => {
    const is = found.get(name);
    const right = is?.linkinfo?.info_kind === kind && is.master === master && is.flags.includes('UP');
    return !right || (lower !== undefined && is.link !== lower);
  });
  assert.deepEqual(wrong, []);
  assert.equal(found.size, expected.length + foreign.length + 1);
}

/** Starts vnetd under strace(1), which stays out of the way (`-D`): killed before its K-th call of one thread. */
function traced(ns: Namespace, ...options: string[]): string[] {
  return [...ns.enter, 'strace', '-D', '-f', '-qq', '-e', `trace=${CALLS}`, '-e', 'signal=none', ...options];
}

/** How many of these calls a whole run has, up to its last request. */
async function measure(t: TestContext): Promise<number> {
  const ns = await inNamespace(t);
  const folders = makeFolders(t);
  const trace = join(folders.state, 'trace');
  const enter = traced(ns, '-o', trace);
  const daemon = await startDaemon(t, { files: { 'links.yaml': declaration }, enter }, folders);
  await inSync(daemon);
  await daemon.stop();
  const calls = readFileSync(trace, 'utf8')
    .split('\n')
    .flatMap((line) => /^\d+ +(sendto|recvmmsg)\(/.exec(line)?.[1] ?? []);
  await output(['ip', 'netns', 'del', ns.name]);
  return calls.lastIndexOf('sendto') + 1;
}

test('killed anywhere, vnetd converges, and leaves nothing of its own behind', async (t) => {
  const most = await measure(t);
  t.diagnostic(
    `seed ${seed} (VNETD_TEST_SEED repeats it), ${rounds} rounds, ${most} calls to be killed before`,
  );
  const random = generator(seed);
  // The first round that fails is the last: its seed repeats it.
  for (let round = 0, held = true; round < rounds && held; round++) {
    held = false;
    const k = 1 + Math.floor(random() * most);
    await t.test(`round ${round}: killed before call ${k}`, async (t) => {
      const ns = await inNamespace(t);
      await makeForeign(ns);
      const before = await foreignOf(ns);
      const folders = makeFolders(t);
      const enter = traced(ns, '-o', '/dev/null', '-e', `inject=${CALLS}:signal=KILL:when=${k}`);
      const files = { 'links.yaml': declaration };

      const killed = await startDaemon(t, { files, enter, ready: false }, folders);
      const ready = killed.notifications.first(({ fields }) => fields.READY === '1', { within });
      await Promise.race([ready, killed.exit]);
      ready.catch(() => undefined);
      assert.equal((await killed.stop('SIGKILL')).signal, 'SIGKILL');
      const made = (await ns.ipJson('link', 'show')).length - foreign.length - 1;
      t.diagnostic(`it had made ${made} of ${expected.length} links`);

      const successor = await startDaemon(t, { enter: ns.enter }, folders);
      await inSync(successor);
      await allAsDeclared(ns);
      assert.deepEqual(
        (await objectsOf(successor)).filter(({ state }) => state !== 'in-sync'),
        [],
      );

      successor.remove('links.yaml');
      await until(async () => (await ns.ipJson('link', 'show')).length === foreign.length + 1, {
        within: 2 * within,
        what: 'nothing of vnetd’s is left',
      });
      assert.deepEqual(await foreignOf(ns), before);
      assert.equal((await successor.stop()).code, 0);
      held = true;
    });
  }
});

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
function generator(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
