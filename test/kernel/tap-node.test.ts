// kernels: uml-6.12 uml-6.1
// memory: 512M
// timeout: 300
// The device nodes of macvtap and ipvtap links, judged by stat(1).
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { output } from './support/command.ts';
import { startDaemon } from './support/daemon.ts';
import { heard, hears, historyOf, inSync, keep, keepInSync, objectOf, within } from './support/keeping.ts';
import { inside, type Namespace, names } from './support/namespace.ts';
import { until } from './support/until.ts';

/** `OWNER GROUP MODE` of a link's node. */
async function nodeOf(ns: Namespace, name: string): Promise<string> {
  return (await output(['stat', '-c', '%U %G %a', await pathOf(ns, name)])).trim();
}

/** Namespaces let go take their links along in their own time, and those their nodes. */
async function noNodes(): Promise<void> {
  const isTap = (name: string) => /^tap[0-9]/.test(name);
  await until(() => !readdirSync('/dev').some(isTap), { within, what: 'no node of another test is there' });
}

async function pathOf(ns: Namespace, name: string): Promise<string> {
  return `/dev/tap${(await ns.link(name)).ifindex}`;
}

for (const kind of ['macvtap', 'ipvtap'] as const) {
  const yaml = `links:
  low0: { kind: dummy }
  t0: { kind: ${kind}, link: low0, node: { owner: nobody, group: daemon, mode: 0660 } }`;

  test(`the node of a link of kind ${kind} gets its owner, group and mode, and back`, async (t) => {
    t.diagnostic(`kind: ${kind}`);
    const { ns, daemon } = await keepInSync(t, yaml);
    const asDeclared = async () => (await nodeOf(ns, 't0')) === 'nobody daemon 660';
    assert.ok(await asDeclared(), await nodeOf(ns, 't0'));
    const shown = (await daemon.vnetctl('show', 't0')).json as { readonly files: readonly string[] };
    assert.deepEqual(shown.files, [await pathOf(ns, 't0')]);

    const path = await pathOf(ns, 't0');
    await output(['chown', 'root', path]);
    await until(asDeclared, { within, what: 'the owner is back' });
    await output(['chgrp', 'root', path]);
    await until(asDeclared, { within, what: 'the group is back' });
    await output(['chmod', '600', path]);
    await until(asDeclared, { within, what: 'the mode is back' });
    await inSync(daemon);
    const drifts = (await historyOf(daemon, 't0')).filter(({ event }) => event === 'drift');
    assert.deepEqual(
      drifts.map(({ changes }) => changes),
      [
        [{ key: 'node.owner', wanted: 'nobody', found: 'root' }],
        [{ key: 'node.group', wanted: 'daemon', found: 'root' }],
        [{ key: 'node.mode', wanted: '0660', found: '0600' }],
      ],
    );

    const before = daemon.journal.seen.length;
    await ns.ipBatch(['link del t0']);
    await hears(daemon, 't0', 'restored', before);
    await until(asDeclared, { within, what: 'the new link has a node like that' });
  });
}

test('a restart moves nothing of a node', async (t) => {
  const yaml = `links:
  low0: { kind: dummy }
  t0: { kind: macvtap, link: low0, node: { owner: nobody, mode: 0644 } }`;
  const { ns, daemon } = await keepInSync(t, yaml);
  const changed = async () => output(['stat', '-c', '%z', await pathOf(ns, 't0')]);
  const before = await changed();
  await daemon.stop();
  await inSync(await startDaemon(t, { enter: ns.enter }, daemon.folders));
  assert.equal(await changed(), before);
  assert.equal(await nodeOf(ns, 't0'), 'nobody root 644');
});

test('a node that is removed is told of, and one that is made again gets what is declared', async (t) => {
  const yaml = `links:
  low0: { kind: dummy }
  t0: { kind: macvtap, link: low0, node: { mode: 0660 } }`;
  const { ns, daemon } = await keepInSync(t, yaml);
  const path = await pathOf(ns, 't0');
  const numbers = (await output(['stat', '-c', '0x%t 0x%T', path])).trim().split(' ');
  await output(['rm', path]);
  const refused = await hears(daemon, 't0', 'refused');
  assert.match(String(refused.message), /node\.mode: there is no \/dev\/tap[0-9]+: only the kernel makes it/);
  assert.equal(heard(daemon, 't0', 'drift'), 1);

  // The kernel takes only those away that it made.
  t.after(() => rmSync(path, { force: true }));
  await output(['mknod', '-m', '600', path, 'c', ...numbers]);
  await until(async () => (await nodeOf(ns, 't0')) === 'root root 660', { within, what: 'its mode is set' });
  await inSync(daemon);
});

test('a user there is not is told of', async (t) => {
  const yaml = `links:
  low0: { kind: dummy }
  t0: { kind: macvtap, link: low0, node: { owner: nosuchuser, mode: 0640 } }`;
  const { ns, daemon } = await keep(t, yaml);
  const refused = await hears(daemon, 't0', 'refused');
  assert.match(String(refused.message), /node\.owner: there is no user nosuchuser in \/etc\/passwd/);
  await until(async () => (await nodeOf(ns, 't0')) === 'root root 640', { within, what: 'the rest is kept' });
});

test('of two links with one number in two namespaces one has no node, and says so', async (t) => {
  await noNodes();
  const [one, two] = names(t, 2) as [string, string];
  const inner = `{ links: { low0: { kind: dummy }, NAME: { kind: macvtap, link: low0, node: { mode: 0660 } } } }`;
  const { daemon } = await keep(
    t,
    `namespaces:\n  ${one}: ${inner.replace('NAME', 't1')}\n  ${two}: ${inner.replace('NAME', 't2')}`,
  );
  const states = async () => {
    const all = [await objectOf(daemon, `${one}/t1`), await objectOf(daemon, `${two}/t2`)];
    return all.map(({ state }) => state).sort();
  };
  await until(async () => String(await states()) === 'in-sync,refused', { within });
  assert.equal((await inside(one).link('t1')).ifindex, (await inside(two).link('t2')).ifindex);
  assert.equal(await nodeOf(inside(one), 't1'), 'root root 660');
  // Or it would make the namespaces again that are deleted now.
  await daemon.stop();
});

test('of two links with one number and one name nobody can tell whose a node is, and it is left alone', async (t) => {
  await noNodes();
  const [one, two] = names(t, 2) as [string, string];
  const inner =
    '{ links: { low0: { kind: dummy }, t0: { kind: macvtap, link: low0, node: { mode: 0660 } } } }';
  const { daemon } = await keep(t, `namespaces: { ${one}: ${inner}, ${two}: ${inner} }`);
  await until(async () => (await objectOf(daemon, `${two}/t0`)).state === 'refused', { within });
  assert.match(
    String((await objectOf(daemon, `${two}/t0`)).reason),
    /of this link or of .*\/t0 cannot be told/,
  );

  const path = await pathOf(inside(one), 't0');
  await output(['chmod', '604', path]);
  await until(async () => (await objectOf(daemon, `${one}/t0`)).state === 'refused', { within });
  assert.match(await nodeOf(inside(one), 't0'), / 604$/);
  // Or it would make the namespaces again that are deleted now.
  await daemon.stop();
});
