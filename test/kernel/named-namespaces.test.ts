// kernels: host uml-6.12 uml-6.1
// timeout: 300
// Where namespaces come from and go to: made, adopted, deleted, held, in the way of each other.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { output } from './support/command.ts';
import { startDaemon } from './support/daemon.ts';
import { ip } from './support/ip.ts';
import { hears, historyOf, inSync, keepInSync, objectOf, unheard, within } from './support/keeping.ts';
import { inNamespace, inside, names } from './support/namespace.ts';
import { until } from './support/until.ts';

const isNamed = (name: string) => readdirSync('/run/netns').includes(name);

test('a namespace is made as ip-netns(8) makes it, adopted when it is there, and let go', async (t) => {
  t.diagnostic('kind: namespace');
  const [made = '', found = ''] = names(t, 2);
  await ip('netns', 'add', found);
  const links = `{ links: { lo: { state: up }, x0: { kind: ifb } } }`;
  const { ns, daemon } = await keepInSync(t, `namespaces: { ${made}: ${links}, ${found}: ${links} }`, (ns) =>
    ns.ip('link', 'add', 'far', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', found),
  );
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
    ['lo', 'eth0'],
  );
  await ip('netns', 'del', found);
  const isFree = async () => (await ns.ipJson('link')).every(({ ifname }) => ifname !== 'far');
  await until(isFree, { within: 5000, what: 'what was in it is free' });
});

test('pitfall 26: nothing of vnetd keeps a namespace alive that is deleted', async (t) => {
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
  // Somebody clears it away.
  rmSync(`/run/netns/${busy}`);
  await inSync(daemon, `${busy}/x0`);
  // The one is looked into when the other is no longer in its way.
  daemon.write('10-links.yaml', `namespaces: { ${one}: ${body} }`);
  await inSync(daemon, `${one}/x0`);
  assert.equal(isNamed(two), true);
});

test('a restart finds its namespaces as they were, or knows that they are others', async (t) => {
  const [a = ''] = names(t, 1);
  const yaml = `namespaces: { ${a}: { links: { x0: { kind: ifb, mtu: 1400 }, x1: { kind: ifb }, x2: { kind: veth, peer: /far } } } }`;
  const { ns, daemon } = await keepInSync(t, yaml);
  const ifindex = (await inside(a).link('x0')).ifindex;
  const far = (await ns.link('far')).ifindex;
  await daemon.stop();
  const again = await startDaemon(t, { enter: ns.enter }, daemon.folders);
  await inSync(again);
  assert.equal((await inside(a).link('x0')).ifindex, ifindex);
  assert.equal((await ns.link('far')).ifindex, far);
  assert.equal(again.journal.seen.filter(({ fields }) => fields.event === 'drift').length, 0);
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

test('no thread that runs JavaScript ever enters a namespace', async (t) => {
  const [a = ''] = names(t, 1);
  const ns = await inNamespace(t);
  const log = join(mkdtempSync(join(tmpdir(), 'vnetd-strace-')), 'log');
  t.after(() => rmSync(dirname(log), { recursive: true }));
  const traced = ['strace', '-f', '-qq', '-e', 'trace=setns,epoll_wait,epoll_pwait', '-o', log];
  const daemon = await startDaemon(t, {
    files: {
      '10-links.yaml': `namespaces: { ${a}: { links: { x0: { kind: ifb, addresses: [10.9.8.1/24] } } } }`,
    },
    enter: [...traced, ...ns.enter],
  });
  await inSync(daemon);
  await ip('-n', a, 'addr', 'del', '10.9.8.1/24', 'dev', 'x0');
  await hears(daemon, `${a}/x0`, 'restored');
  const calls = readFileSync(log, 'utf8').split('\n');
  const threads = (call: string) =>
    calls.flatMap((line) => (line.includes(call) ? [line.split(' ')[0]] : []));
  // The first is nsenter's, before it becomes vnetd.
  const [first, ...entering] = threads('setns(');
  assert.ok(first !== undefined && entering.length > 1);
  const looping = new Set(threads('epoll_'));
  assert.ok(looping.size >= 2, 'the main thread and the keeper’s');
  assert.deepEqual(
    entering.filter((thread) => looping.has(thread)),
    [],
  );
});
