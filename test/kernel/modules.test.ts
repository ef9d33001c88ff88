// kernels: uml-6.12 uml-6.1
// memory: 512M
// timeout: 300
// A kind whose module the kernel lacks: told what is missing, and taken up once it is there.
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { article } from '../../src/derive/grammar.ts';
import { isBefore } from '../../src/model/release.ts';
import { ModuleNotices } from '../../src/netlink/module-notices.ts';
import { NetlinkSocket } from '../../src/netlink/native.ts';
import { linkKinds } from '../../src/reconcilers/index.ts';
import { NETLINK_KOBJECT_UEVENT } from '../../src/wire/rtnetlink.ts';
import { output, run } from './support/command.ts';
import type { Daemon } from './support/daemon.ts';
import { ip, type Json } from './support/ip.ts';
import { heard, hears, inSync, keep, objectOf, within } from './support/keeping.ts';
import { until } from './support/until.ts';

const folder = `/lib/modules/${release()}`;

/** Links of other tests may be on their way out still. */
async function unload(module: string): Promise<void> {
  await until(async () => (await run(['modprobe', '-r', module])).code === 0, { within });
}

/** Takes the file of a module away, as if its package were not installed; `install` puts it back. */
async function withoutFile(t: TestContext, module: string) {
  await unload(module);
  const file = (await output(['modinfo', '-n', module])).trim();
  const upper = join('/tmp', `without-${module}`);
  for (const part of ['upper', 'work']) mkdirSync(join(upper, part), { recursive: true });
  const layers = `lowerdir=${folder},upperdir=${upper}/upper,workdir=${upper}/work`;
  const copy = join(upper, 'copy.ko');
  copyFileSync(file, copy);
  await output(['mount', '-t', 'overlay', 'without', '-o', layers, folder]);
  t.after(() => run(['umount', '-l', folder]));
  rmSync(file);
  return { install: () => copyFileSync(copy, file), file };
}

async function abilityOf(daemon: Daemon, id: string): Promise<Json> {
  const { json } = await daemon.vnetctl('doctor');
  const { abilities } = json as { readonly abilities: readonly Json[] };
  const found = abilities.find((ability) => ability.id === id);
  assert.ok(found, `the doctor knows ${id}`);
  return found;
}

/** Waits until it is refused, and gives the reason. */
async function refusal(daemon: Daemon, id: string): Promise<string> {
  await until(async () => (await objectOf(daemon, id)).state === 'refused', { within });
  return (await objectOf(daemon, id)).reason ?? '';
}

test('what has no module is refused with what is missing, and made as soon as that is loaded', async (t) => {
  const { install } = await withoutFile(t, 'vcan');
  const { ns, daemon } = await keep(
    t,
    'daemon: { sweep: 1h }\nlinks: { c0: { kind: vcan }, d0: { kind: ifb } }',
  );
  const brief = 'Unknown device type (EOPNOTSUPP): its module vcan is not installed';
  assert.equal(await refusal(daemon, 'c0'), brief);
  await inSync(daemon, 'd0');
  const { able, words, module, package: from } = await abilityOf(daemon, 'c0');
  const whole = `${brief} for this kernel (${release()})`;
  assert.deepEqual([able, words, module, from], [false, whole, 'vcan', null]);
  const shown = (await daemon.vnetctl('show', 'c0')).json as { readonly reason: string };
  assert.equal(shown.reason, whole);
  assert.equal((await abilityOf(daemon, 'd0')).able, true);

  install();
  await output(['modprobe', 'vcan']);
  await until(async () => (await objectOf(daemon, 'c0')).state === 'in-sync', { within });
  assert.equal((await ns.ipJson('link', 'show', 'c0')).length, 1);
  assert.equal(heard(daemon, 'c0', 'refused'), 1);
  assert.equal((await abilityOf(daemon, 'c0')).able, true);
});

test('a module that is kept from being loaded is told with the line that does it', async (t) => {
  await unload('nlmon');
  const file = '/etc/modprobe.d/vnetd-test.conf';
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '# for a test\ninstall nlmon /bin/false\n');
  t.after(() => rmSync(file));
  const { daemon } = await keep(t, 'daemon: { sweep: 1h }\nlinks: { m0: { kind: nlmon } }');
  assert.match(await refusal(daemon, 'm0'), /: its module nlmon is installed and was not loaded$/);
  assert.match(
    String((await abilityOf(daemon, 'm0')).words),
    /: its module nlmon is installed and was not loaded: \/etc\/modprobe\.d\/vnetd-test\.conf:2 says `install nlmon \/bin\/false`$/,
  );
  await output(['modprobe', '--ignore-install', 'nlmon']);
  await until(async () => (await objectOf(daemon, 'm0')).state === 'in-sync', { within });
});

test('a module that is installed later is loaded by the next sweep', async (t) => {
  const { install } = await withoutFile(t, 'dummy');
  const { daemon } = await keep(t, 'daemon: { sweep: 1s }\nlinks: { d0: { kind: dummy } }');
  assert.match(await refusal(daemon, 'd0'), /its module dummy is not installed$/);
  install();
  await until(async () => (await objectOf(daemon, 'd0')).state === 'in-sync', { within });
  assert.equal(heard(daemon, 'd0', 'refused'), 1);
});

test('a module that is installed later is loaded as soon as depmod has listed it', async (t) => {
  const { install } = await withoutFile(t, 'macvlan');
  await output(['depmod']);
  const { daemon } = await keep(
    t,
    'daemon: { sweep: 1h }\nlinks: { low0: { kind: ifb }, m0: { kind: macvlan, link: low0 } }',
  );
  assert.match(await refusal(daemon, 'm0'), /its module macvlan is not installed$/);
  install();
  await output(['depmod']);
  await until(async () => (await objectOf(daemon, 'm0')).state === 'in-sync', { within });
});

test('both ends of a pair that cannot be made are refused at once, and nobody’s', async (t) => {
  await withoutFile(t, 'vxcan');
  const pair = `
links: { c0: { kind: vxcan, peer: ns7/c1 } }
namespaces: { ns7: { links: { c1: { kind: vxcan, peer: /c0 } } } }`;
  const { daemon } = await keep(t, `daemon: { sweep: 1h }${pair}`);
  for (const id of ['c0', 'ns7/c1'])
    assert.match(await refusal(daemon, id), /its module vxcan is not installed$/);

  daemon.write('10-links.yaml', 'daemon: { sweep: 1h }');
  await hears(daemon, 'ns7/', 'removed');
  for (const id of ['c0', 'ns7/c1']) assert.equal(heard(daemon, id, 'removed'), 0, id);
});

test('the doctor sees beforehand what will be lacking', async (t) => {
  await withoutFile(t, '8021q');
  const { daemon } = await keep(
    t,
    'links: { v0: { kind: vlan, link: nowhere0, id: 5 }, m0: { kind: macvlan, link: nowhere0 }, cards0: {} }',
  );
  await until(async () => (await objectOf(daemon, 'v0')).state === 'waiting', { within });
  const { able, words, fields } = await abilityOf(daemon, 'v0');
  assert.equal(able, false);
  assert.equal(words, `its module 8021q is not installed for this kernel (${release()})`);
  const unknown = { able: null, since_linux: null, words: null };
  assert.deepEqual(fields, [
    { key: 'link', ...unknown },
    { key: 'id', ...unknown },
    { key: 'state', ...unknown },
  ]);
  const untried = await abilityOf(daemon, 'm0');
  assert.match(String(untried.words), /the kernel loads its module macvlan|module macvlan is loaded/);
  assert.equal(untried.able, /is loaded/.test(String(untried.words)) ? true : null);
  assert.equal((await abilityOf(daemon, 'cards0')).able, null);
});

test('a field that is newer than the kernel is told to be so', {
  skip: isBefore(release(), '6.4') ? false : 'this kernel knows all fields',
}, async (t) => {
  const yaml = `links:
  low0: { kind: ifb }
  v0: { kind: macvlan, link: low0, bclim: 5, mtu: 1400 }
  br0: { kind: bridge, ports: { p0: { mab: true, cost: 7 } } }
  p0: { kind: ifb }`;
  const { ns, daemon } = await keep(t, yaml);
  const told = (key: string, since: string) =>
    `${key}: this kernel (${release()}) does not know it; it came with Linux ${since}`;
  assert.equal(await refusal(daemon, 'v0'), told('bclim', '6.4'));
  assert.equal(await refusal(daemon, 'p0'), told('bridge_port.mab', '6.2'));
  assert.equal((await ns.link('v0')).mtu, 1400, 'the rest is kept');
  const { able, fields } = await abilityOf(daemon, 'v0');
  const field = { since_linux: null, words: null };
  assert.equal(able, false);
  assert.deepEqual(fields, [
    { key: 'link', able: true, ...field },
    { key: 'bclim', able: false, since_linux: '6.4', words: told('bclim', '6.4') },
    { key: 'mtu', able: true, ...field },
    { key: 'state', able: true, ...field },
  ]);
});

test('of all that the kernel tells only modules are heard', async (t) => {
  await unload('nlmon');
  await unload('vcan');
  const modules = new ModuleNotices();
  const all = new NetlinkSocket({ protocol: NETLINK_KOBJECT_UEVENT, groups: [1] });
  t.after(() => all.close());
  t.after(() => modules.close());
  const heardOf: (string | null)[] = [];
  modules.watch((module) => heardOf.push(module));

  for (let i = 0; i < 5; i++) await ip('link', 'add', `u${i}`, 'type', 'bridge');
  for (let i = 0; i < 5; i++) await ip('link', 'del', `u${i}`);
  await output(['modprobe', 'nlmon']);
  await unload('nlmon');
  // As the kernel writes it once more when asked to (Documentation/ABI/testing/sysfs-uevent): the last there is to hear.
  await output(['modprobe', 'vcan']);
  writeFileSync('/sys/module/vcan/uevent', 'add');
  await until(() => heardOf.filter((module) => module === 'vcan').length === 2, { within });
  assert.deepEqual(
    heardOf.filter((module) => module === 'nlmon' || module === 'vcan'),
    ['nlmon', 'vcan', 'vcan'],
  );
  assert.ok(
    heardOf.every((module) => existsSync(`/sys/module/${module}`) || module === 'nlmon'),
    String(heardOf),
  );
  const found = new Int32Array(2 * 64);
  assert.ok(all.receive(new Uint8Array(64 * 4096), 4096, found) > heardOf.length + 10, 'and there was more');
});

test('the module of each kind is the one the kernel asks for', async () => {
  let asked = 0;
  for (const { name, kernel } of linkKinds) {
    if (kernel?.module === undefined) continue;
    const { stdout, code } = await run(['modprobe', '--resolve-alias', `rtnl-link-${kernel.kind}`]);
    const known = await run(['modinfo', '-F', 'alias', kernel.module]);
    // What is built in, or not built at all, has no alias.
    if (code !== 0 || known.code !== 0 || stdout === '') continue;
    assert.equal(stdout.trim().replaceAll('-', '_'), kernel.module.replaceAll('-', '_'), article(name));
    asked += 1;
  }
  assert.ok(asked > 5, `only ${asked} of them are modules here`);
});
