// kernels: uml-6.12 uml-6.1
// timeout: 300
// What rtnetlink does not tell: ports that take packets out of UDP, and the routers of ISATAP.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { output, run } from './support/command.ts';
import { startDaemon } from './support/daemon.ts';
import type { Tools } from './support/ip.ts';
import {
  heard,
  hears,
  historyOf,
  inSync,
  keep,
  keepInSync,
  objectOf,
  unheard,
  within,
} from './support/keeping.ts';
import { inside, names } from './support/namespace.ts';
import { answers, isSilent } from './support/ping.ts';
import { until } from './support/until.ts';

/** The ports of a namespace as ip-fou(8) says them, in order. */
async function portsOf(ns: Tools): Promise<readonly string[]> {
  const lines = (await ns.ip('fou', 'show')).trim().split('\n');
  return lines.flatMap((line) => (line === '' ? [] : [line.trim().replace(/^port /, '')])).sort();
}

/** The routers of a link as ip-tunnel(8) says them (`pdr`: a default one), in order. */
async function routersOf(ns: Tools, name: string): Promise<readonly string[]> {
  const text = await ns.ip('tunnel', 'show', name);
  return [...text.matchAll(/\b(pd?r) (\S+)/g)].map(([, word, router]) => `${router} ${word}`).sort();
}

const ends = 'local: 192.0.2.1, remote: 192.0.2.2';

test('without its module no port is opened, and all is well once it is there', async (t) => {
  t.diagnostic('kind: ipip');
  await run(['modprobe', '-qr', 'fou6', 'fou']);
  const { ns, daemon } = await keep(
    t,
    `daemon: { sweep: 1s }
links: { t0: { kind: ipip, ${ends}, fou: 5555 } }`,
  );
  await hears(daemon, 't0', 'refused');
  const { state, reason } = await objectOf(daemon, 't0');
  assert.equal(state, 'refused');
  assert.match(reason ?? '', /no generic netlink family fou now \(ENOENT\)/);
  assert.equal((await ns.link('t0')).linkinfo?.info_kind, 'ipip');

  await run(['modprobe', '-qa', 'fou', 'fou6']);
  await until(async () => (await portsOf(ns)).length === 1, { within });
  await inSync(daemon);
  assert.equal(heard(daemon, 't0', 'refused'), 1);
});

test('a port that somebody else has is opened by a sweep once it is free', async (t) => {
  t.diagnostic('kind: ipip');
  await run(['modprobe', '-qa', 'fou', 'fou6']);
  let release: () => void = () => undefined;
  const holding =
    'import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.bind(("", 5555)); print(flush=True); input()';
  const { ns, daemon } = await keep(
    t,
    `daemon: { sweep: 1s }
links: { t0: { kind: ipip, ${ends}, fou: [5555, 5556] } }`,
    async (made) => {
      const [program = '', ...args] = [...made.enter, 'python3', '-c', holding];
      const holder = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
      t.after(() => holder.kill('SIGKILL'));
      await once(holder.stdout, 'data');
      release = () => holder.stdin.end('\n');
    },
  );
  await hears(daemon, 't0', 'refused');
  assert.match((await objectOf(daemon, 't0')).reason ?? '', /^fou 5555: .*EADDRINUSE/);
  assert.deepEqual(await portsOf(ns), ['5556 ipproto 4']);
  release();
  await until(async () => (await portsOf(ns)).length === 2, { within });
  await inSync(daemon);
  assert.equal(heard(daemon, 't0', 'refused'), 1);
});

test('a port is opened as written, put back by the sweep, and goes with its line', async (t) => {
  t.diagnostic('kind: ipip');
  await run(['modprobe', '-qa', 'fou', 'fou6']);
  const yaml = (fou: string) => `daemon: { sweep: 1s }
links: { t0: { kind: ipip, ${ends}${fou === '' ? '' : `, fou: ${fou}`} } }`;
  const all = `[5555, { port: 5556, gue: true }, { port: 5557, ipproto: gre },
    { port: 5558, local: 127.0.0.1, peer: 127.0.0.2, peer_port: 99, dev: lo }]`;
  const { ns, daemon } = await keepInSync(t, yaml(all), (made) =>
    made.ipBatch(['fou add port 5600 ipproto 4', 'fou add port 5555 ipproto 4']),
  );
  const wanted = [
    '5555 ipproto 4',
    '5556 gue',
    '5557 ipproto 47',
    '5558 ipproto 4 local 127.0.0.1 peer 127.0.0.2 peer_port 99 dev lo',
    '5600 ipproto 4',
  ];
  assert.deepEqual(await portsOf(ns), wanted);

  await unheard(daemon, () =>
    ns.ipBatch(['fou del port 5556', 'fou del port 5557', 'fou add port 5557 gue']),
  );
  await hears(daemon, 't0', 'restored');
  await until(async () => String(await portsOf(ns)) === String(wanted), { within });
  const drifts = (await historyOf(daemon, 't0')).filter(({ event }) => event === 'drift');
  const changes = drifts.flatMap((drift) => drift.changes as readonly object[]);
  for (const change of [
    { key: 'fou', wanted: '5556 gue', found: null },
    { key: 'fou', wanted: '5557 ipproto 47', found: '5557 ipproto none' },
  ])
    assert.ok(
      changes.some((one) => JSON.stringify(one) === JSON.stringify(change)),
      JSON.stringify(changes),
    );

  // Another daemon finds all as it is to be.
  await inSync(daemon);
  await daemon.stop();
  assert.deepEqual(await portsOf(ns), wanted);
  const next = await startDaemon(t, { enter: ns.enter }, daemon.folders);
  await inSync(next);
  assert.equal(heard(next, 't0', 'drift'), 0);

  next.write('10-links.yaml', yaml('[{ port: 5556, gue: true }]'));
  await inSync(next);
  // 5555 was there before vnetd.
  assert.deepEqual(await portsOf(ns), ['5555 ipproto 4', '5556 gue', '5600 ipproto 4']);
  next.write('10-links.yaml', 'links: {}');
  await inSync(next);
  await until(async () => (await ns.ipJson('link')).every(({ ifname }) => ifname !== 't0'), { within });
  assert.deepEqual(await portsOf(ns), ['5555 ipproto 4', '5600 ipproto 4']);
});

test('a port two tunnels share is opened once, and goes with the last of them', async (t) => {
  t.diagnostic('kind: ipip');
  t.diagnostic('kind: ip6tnl');
  await run(['modprobe', '-qa', 'fou', 'fou6']);
  const both = (...which: string[]) => {
    const tunnels = [
      't1: { kind: ipip, local: 192.0.2.1, remote: 192.0.2.2, fou: 5555 }',
      't2: { kind: ipip, local: 192.0.2.1, remote: 192.0.2.3, fou: [5555] }',
      't3: { kind: ip6tnl, local: "2001:db8::1", remote: "2001:db8::2", fou: 5555 }',
    ];
    return `links: { ${tunnels.filter((one) => which.some((name) => one.startsWith(name))).join(', ')} }`;
  };
  const { ns, daemon } = await keepInSync(t, both('t1', 't2', 't3'));
  assert.deepEqual(await portsOf(ns), ['5555 ipproto 4', '5555 ipproto 41 -6']);
  for (const id of ['t1', 't2', 't3']) assert.equal(heard(daemon, id, 'refused'), 0);

  daemon.write('10-links.yaml', both('t2', 't3'));
  await inSync(daemon);
  await until(async () => (await ns.ipJson('link')).every(({ ifname }) => ifname !== 't1'), { within });
  assert.deepEqual(await portsOf(ns), ['5555 ipproto 4', '5555 ipproto 41 -6']);
  daemon.write('10-links.yaml', both('t3'));
  await inSync(daemon);
  await until(async () => (await portsOf(ns)).length === 1, { within });
  assert.deepEqual(await portsOf(ns), ['5555 ipproto 41 -6']);
});

test('a port belongs to the namespace packets come in by, and lets them in', async (t) => {
  t.diagnostic('kind: ipip');
  await run(['modprobe', '-qa', 'fou', 'fou6']);
  const [one = '', two = ''] = names(t, 2);
  // Of the lab's kernels only the newer one packs into UDP itself (CONFIG_NET_FOU_IP_TUNNELS).
  const packs = !(await output(['uname', '-r'])).startsWith('6.1.');
  const encap = packs ? 'encap: fou, encap-sport: auto, encap-dport: 5555, ' : '';
  const end = (name: string, own: number, other: string, fou: string) => `
  ${name}:
    links:
      e0: { kind: veth, peer: ${other}/e0, addresses: [192.0.2.${own}/24] }
      t0: { kind: ipip, local: 192.0.2.${own}, remote: 192.0.2.${3 - own}, ${encap}addresses: [10.9.0.${own}/24]${fou} }`;
  const yaml = (fou: string) =>
    `daemon: { sweep: 1s }\nnamespaces:${end(one, 1, two, ', fou: [5555]')}${end(two, 2, one, fou)}`;
  const { daemon } = await keepInSync(t, yaml(', fou: [5555]'));
  assert.deepEqual(await portsOf(inside(two)), ['5555 ipproto 4']);
  if (packs) assert.ok(await answers(one, '10.9.0.2', 5));

  await inside(two).ip('fou', 'del', 'port', '5555');
  await hears(daemon, `${two}/t0`, 'restored');
  assert.deepEqual(await portsOf(inside(two)), ['5555 ipproto 4']);
  if (packs) await until(() => answers(one, '10.9.0.2', 0.5), { within, what: 'it answers again' });

  daemon.write('10-links.yaml', yaml(''));
  await inSync(daemon);
  assert.deepEqual(await portsOf(inside(two)), []);
  if (packs) await isSilent(one, '10.9.0.2');

  // Nothing of vnetd keeps a namespace alive.
  daemon.write('10-links.yaml', 'links: {}');
  await until(async () => !(await run(['ip', 'netns', 'list'])).stdout.includes(one), { within });
});

test('a port of a tunnel whose packets go through another namespace is opened there', async (t) => {
  t.diagnostic('kind: gre');
  await run(['modprobe', '-qa', 'fou', 'fou6']);
  const [one = ''] = names(t, 1);
  const { ns, daemon } = await keepInSync(
    t,
    `namespaces: { ${one}: { links: { t0: { kind: gre, ${ends}, link_netns: /, fou: [{ port: 5555, local: 127.0.0.1, dev: lo }] } } } }`,
  );
  assert.deepEqual(await portsOf(ns), ['5555 ipproto 47 local 127.0.0.1 dev lo']);
  assert.deepEqual(await portsOf(inside(one)), []);
  daemon.write('10-links.yaml', `namespaces: { ${one}: { links: {} } }`);
  await inSync(daemon);
  await until(async () => (await portsOf(ns)).length === 0, { within, what: 'the port is closed' });
});

test('the routers of an ISATAP link are kept, by the sweep, and go with their lines', async (t) => {
  t.diagnostic('kind: sit');
  const yaml = (prl: string) => `daemon: { sweep: 1s }
links: { is0: { kind: sit, local: 192.0.2.1, isatap: true, prl: ${prl} } }`;
  const { ns, daemon } = await keepInSync(
    t,
    yaml('[192.0.2.9, { address: 192.0.2.10, default: true }, { address: 192.0.2.11, default: false }]'),
  );
  const wanted = ['192.0.2.10 pdr', '192.0.2.11 pr', '192.0.2.9 pr'];
  assert.deepEqual(await routersOf(ns, 'is0'), wanted);

  const prl = 'tunnel prl dev is0';
  await unheard(daemon, () =>
    ns.ipBatch([
      ...[`${prl} prl-delete 192.0.2.9`, `${prl} prl-delete 192.0.2.10`],
      ...[`${prl} prl-nodefault 192.0.2.10`, `${prl} prl-default 192.0.2.99`],
    ]),
  );
  await until(
    async () => String(await routersOf(ns, 'is0')) === String([...wanted, '192.0.2.99 pdr'].sort()),
    {
      within,
    },
  );
  await inSync(daemon);

  await daemon.stop();
  const next = await startDaemon(t, { enter: ns.enter }, daemon.folders);
  await inSync(next);
  assert.equal(heard(next, 'is0', 'drift'), 0);
  next.write('10-links.yaml', yaml('[192.0.2.10]'));
  await inSync(next);
  assert.deepEqual(await routersOf(ns, 'is0'), ['192.0.2.10 pdr', '192.0.2.99 pdr']);
  next.write('10-links.yaml', yaml('[192.0.2.10], exclusive: [prl]'));
  await inSync(next);
  assert.deepEqual(await routersOf(ns, 'is0'), ['192.0.2.10 pdr']);
  await ns.ip('link', 'del', 'is0');
  await until(async () => String(await routersOf(ns, 'is0').catch(() => [])) === '192.0.2.10 pr', { within });
});
