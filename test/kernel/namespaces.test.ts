// kernels: host uml-6.12 uml-6.1
// Namespaces are declared objects, and what is in them is kept as on the host.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { output } from './support/command.ts';
import { startDaemon } from './support/daemon.ts';
import { ip, toolsIn } from './support/ip.ts';
import {
  heard,
  hears,
  historyOf,
  inSync,
  keepInSync,
  keysOf,
  objectOf,
  unheard,
  within,
} from './support/keeping.ts';
import { inNamespace } from './support/namespace.ts';
import { answers } from './support/ping.ts';
import { until } from './support/until.ts';

/** Names of namespaces are the machine's: no other test has the same. They are deleted when the test is over. */
function names(t: TestContext, count: number): readonly string[] {
  const made = Array.from({ length: count }, (_, i) => `v${randomBytes(3).toString('hex')}${i}`);
  t.after(async () => {
    for (const name of made) await ip('netns', 'del', name).catch(() => undefined);
  });
  return made;
}

const inside = (name: string) => toolsIn(['ip', 'netns', 'exec', name]);
const isNamed = (name: string) => readdirSync('/run/netns').includes(name);

/** Waits until an address is reached: what puts it back may take several steps. */
async function reaches(from: string, address: string): Promise<void> {
  assert.ok(await answers(from, address, 20), `${address} does not answer ${from}`);
}

/** Waits until an address is reached no more: a deleted namespace lives on until the kernel has cleaned up. */
async function isSilent(from: string, address: string): Promise<void> {
  await until(async () => !(await answers(from, address, 0.2)), { within, what: `${address} is silent` });
}

test('two namespaces on one link of the host come back whole, whatever is done to them', async (t) => {
  const [a = '', b = ''] = names(t, 2);
  const macvlan = (address: string) =>
    `{ links: { m0: { kind: macvlan, link: /v0, mode: bridge, mtu: 1400, addresses: [${address}/24] } } }`;
  const { ns, daemon } = await keepInSync(
    t,
    `links: { v0: { kind: veth, peer: v1 }, v1: { kind: veth, peer: v0 } }
namespaces: { ${a}: ${macvlan('10.9.0.1')}, ${b}: ${macvlan('10.9.0.2')} }`,
  );
  await reaches(a, '10.9.0.2');
  const drifts: Readonly<Record<string, () => Promise<unknown>>> = {
    'the namespace is deleted': () => ip('netns', 'del', a),
    'the link is deleted': () => ip('-n', a, 'link', 'del', 'm0'),
    'the link is taken to the host': () => ip('-n', a, 'link', 'set', 'm0', 'netns', ns.name),
    'the link is taken to another namespace': () =>
      ip('-n', a, 'link', 'set', 'm0', 'netns', b, 'name', 'strange'),
    'the link is down': () => ip('-n', a, 'link', 'set', 'm0', 'down'),
    'the address is gone': () => ip('-n', a, 'addr', 'del', '10.9.0.1/24', 'dev', 'm0'),
  };
  for (const [what, drift] of Object.entries(drifts)) {
    await t.test(what, async () => {
      await unheard(daemon, async () => {
        await drift();
        await isSilent(b, '10.9.0.1');
      });
      await reaches(b, '10.9.0.1');
      await inSync(daemon);
      assert.equal((await inside(a).link('m0')).mtu, 1400);
    });
  }
  // What was only taken away was brought back; a link that is made again begins with another number.
  assert.equal((await ns.ipJson('link')).filter(({ ifname }) => ifname === 'm0').length, 0);
  assert.equal((await inside(b).ipJson('link')).filter(({ ifname }) => ifname !== 'lo').length, 1);
  const events = await historyOf(daemon, `${a}/`);
  assert.deepEqual(
    events.map(({ event }) => event),
    ['created', 'drift', 'restored'],
  );
  const within = await historyOf(daemon, `${a}/m0`);
  assert.deepEqual(keysOf(within), ['addresses', 'exists', 'state']);
  assert.ok(within.every(({ event }) => event !== 'refused'));
});

test('a pair through the host’s bridge comes back, whichever end is touched', async (t) => {
  const [a = '', b = ''] = names(t, 2);
  const { ns, daemon } = await keepInSync(
    t,
    `links:
  br0: { kind: bridge, ports: [${a}-h, ${b}-h], addresses: [10.9.1.254/24] }
  ${a}-h: { kind: veth, peer: ${a}/eth0 }
  ${b}-h: { state: up }
namespaces:
  ${a}: { links: { eth0: { kind: veth, addresses: [10.9.1.1/24] } } }
  ${b}: { links: { eth0: { kind: veth, peer: /${b}-h, addresses: [10.9.1.2/24] } } }`,
  );
  await reaches(a, '10.9.1.2');
  const undeclared = await inNamespace(t);
  const drifts: Readonly<Record<string, () => Promise<unknown>>> = {
    'a namespace is deleted': () => ip('netns', 'del', b),
    'the end inside is deleted': () => ip('-n', b, 'link', 'del', 'eth0'),
    'the end on the host is deleted': () => ns.ip('link', 'del', `${b}-h`),
    'the end inside is taken to the host': () => ip('-n', b, 'link', 'set', 'eth0', 'netns', ns.name),
    'the end inside is taken out of sight': () =>
      ip('-n', b, 'link', 'set', 'eth0', 'netns', undeclared.name),
    'the end on the host is out of the bridge': () => ns.ip('link', 'set', `${b}-h`, 'nomaster'),
  };
  for (const [what, drift] of Object.entries(drifts)) {
    await t.test(what, async () => {
      await unheard(daemon, async () => {
        await drift();
        await isSilent(a, '10.9.1.2');
      });
      await reaches(a, '10.9.1.2');
      await inSync(daemon);
    });
  }
  assert.equal((await undeclared.ipJson('link')).length, 1);
  const lost = (await historyOf(daemon, `${b}/eth0`)).filter(({ disruptive }) => disruptive === true);
  assert.ok(lost.length >= 1, 'a pair that is made again is marked disruptive');
});

test('a namespace is made as ip-netns(8) makes it, adopted when it is there, and let go', async (t) => {
  const [made = '', found = ''] = names(t, 2);
  await ip('netns', 'add', found);
  const links = `{ links: { lo: { state: up }, x0: { kind: ifb } } }`;
  const { daemon } = await keepInSync(t, `namespaces: { ${made}: ${links}, ${found}: ${links} }`);
  assert.equal(await output(['ip', 'netns', 'exec', made, 'cat', '/sys/class/net/x0/flags']), '0x83\n');
  const events = async (id: string) => (await historyOf(daemon, id)).map(({ event }) => event);
  assert.deepEqual(await events(`${made}/`), ['created']);
  assert.deepEqual(await events(`${found}/`), ['adopted']);
  assert.deepEqual(await events(`${made}/lo`), ['adopted']);
  daemon.write('10-links.yaml', 'links: {}');
  await hears(daemon, `${made}/`, 'removed');
  await hears(daemon, `${found}/`, 'released');
  assert.equal(isNamed(made), false);
  assert.equal(isNamed(found), true);
  assert.deepEqual(
    (await inside(found).ipJson('link')).map(({ ifname }) => ifname),
    ['lo'],
  );
});

test('nothing of vnetd keeps a namespace alive that is deleted', async (t) => {
  const [a = ''] = names(t, 1);
  const links = (namespaces: string) => `links: { v0: { kind: veth, peer: v1 } }\n${namespaces}`;
  const { ns, daemon } = await keepInSync(
    t,
    links(`namespaces: { ${a}: { links: { eth0: { kind: veth, peer: /far, addresses: [10.9.2.1/24] } } } }`),
  );
  const own = readlinkSync(`/proc/${daemon.pid}/ns/net`);
  const [, id = ''] = /inode (\d+)/.exec(`inode ${statSync(`/run/netns/${a}`).ino}`) ?? [];
  for (const thread of readdirSync(`/proc/${daemon.pid}/task`))
    assert.equal(readlinkSync(`/proc/${daemon.pid}/task/${thread}/ns/net`), own);
  const open = readdirSync(`/proc/${daemon.pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${daemon.pid}/fd/${fd}`);
    } catch {
      return '';
    }
  });
  assert.deepEqual(
    open.filter((target) => target.includes(`net:[${id}]`)),
    [],
  );
  // The namespace is deleted while vnetd stands still, and its other end goes with it: nobody holds it.
  await unheard(daemon, async () => {
    await ip('netns', 'del', a);
    const gone = async () => (await ns.ipJson('link')).every(({ ifname }) => ifname !== 'far');
    await until(gone, { within: 10_000, what: 'the other end goes with its namespace' });
  });
  await until(async () => (await inside(a).link('eth0')).ifname === 'eth0', { within });
  await inSync(daemon);
});

test('a namespace is back at once though a process still holds the deleted one', async (t) => {
  const [a = ''] = names(t, 1);
  const { daemon } = await keepInSync(t, `namespaces: { ${a}: { links: { x0: { kind: ifb } } } }`);
  const holder = spawn('ip', ['netns', 'exec', a, 'cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => holder.kill('SIGKILL'));
  holder.stdin.write('in\n');
  await new Promise((resolve) => holder.stdout.once('data', resolve));
  const before = statSync(`/run/netns/${a}`).ino;
  await ip('netns', 'del', a);
  await hears(daemon, `${a}/`, 'restored');
  await inSync(daemon);
  assert.notEqual(statSync(`/run/netns/${a}`).ino, before);
  assert.equal((await inside(a).link('x0')).ifname, 'x0');
});

test('what stands in the way of a name is said, or cleared away', async (t) => {
  const [stale = '', busy = '', self = '', one = '', two = ''] = names(t, 5);
  writeFileSync(`/run/netns/${stale}`, '', { mode: 0 });
  writeFileSync(`/run/netns/${busy}`, 'something of somebody');
  await ip('netns', 'add', two);
  const ns = await inNamespace(t);
  for (const [name, target] of [
    [self, ns.name],
    [one, two],
  ] as const) {
    writeFileSync(`/run/netns/${name}`, '', { mode: 0 });
    await output(['mount', '--bind', `/run/netns/${target}`, `/run/netns/${name}`]);
  }
  const body = '{ links: { x0: { kind: ifb } } }';
  const all = [stale, busy, self, two, one].map((name) => `${name}: ${body}`);
  const daemon = await startDaemon(t, {
    files: { '10-links.yaml': `namespaces: { ${all.join(', ')} }` },
    enter: ns.enter,
  });
  await inSync(daemon, `${stale}/`, `${stale}/x0`, `${two}/x0`);
  for (const [name, words] of [
    [busy, 'File exists'],
    [self, 'is the namespace vnetd runs in'],
    [one, `is the namespace ${two}/ by another name`],
  ] as const) {
    const { state, reason } = await objectOf(daemon, `${name}/`);
    assert.equal(state, 'refused', `${name}: ${reason}`);
    assert.match(reason ?? '', new RegExp(words));
    const { state: waiting, reason: why } = await objectOf(daemon, `${name}/x0`);
    assert.deepEqual([waiting, why], ['waiting', `waiting for ${name}/`]);
  }
  assert.equal(readFileSync(`/run/netns/${busy}`, 'utf8'), 'something of somebody');
  // The one is looked into when the other is no longer in its way.
  daemon.write('10-links.yaml', `namespaces: { ${one}: ${body} }`);
  await inSync(daemon, `${one}/x0`);
  assert.equal(isNamed(two), true);
});

test('a restart finds its namespaces as they were, or knows that they are others', async (t) => {
  const [a = ''] = names(t, 1);
  const yaml = `namespaces: { ${a}: { links: { x0: { kind: ifb, mtu: 1400 }, x1: { kind: ifb } } } }`;
  const { ns, daemon } = await keepInSync(t, yaml);
  const ifindex = (await inside(a).link('x0')).ifindex;
  await daemon.stop();
  const again = await startDaemon(t, { enter: ns.enter }, daemon.folders);
  await inSync(again);
  assert.equal((await inside(a).link('x0')).ifindex, ifindex);
  assert.equal(heard(again, `${a}/x0`, 'drift') + heard(again, `${a}/`, 'drift'), 0);
  await again.stop();
  // Another one of the same name, with a stranger under a number that was vnetd's.
  await ip('netns', 'del', a);
  await ip('netns', 'add', a);
  await ip('-n', a, 'link', 'add', 'stranger', 'index', String(ifindex), 'type', 'ifb');
  const third = await startDaemon(t, { enter: ns.enter }, daemon.folders);
  await inSync(third);
  assert.equal((await inside(a).link('stranger')).ifindex, ifindex);
  assert.equal((await inside(a).link('x0')).mtu, 1400);
});
