// kernels: host uml-6.12 uml-6.1
// What is taken away from under the daemon: its configuration folder, its socket.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startDaemon } from './support/daemon.ts';
import { inSync, keepInSync, within } from './support/keeping.ts';
import { inNamespace } from './support/namespace.ts';
import { until } from './support/until.ts';

const bridge = 'links: { br0: { kind: bridge, mtu: 1400 } }';

test('a folder that is gone takes nothing with it, and is said to be gone', async (t) => {
  const { ns, daemon } = await keepInSync(t, bridge);
  const { config } = daemon.folders;
  renameSync(config, `${config}.aside`);
  const { code, json } = await daemon.vnetctl('wait');
  const { health, config: told } = json as {
    readonly health: string;
    readonly config: { readonly errors: readonly { readonly file: string; readonly message: string }[] };
  };
  assert.equal(code, 1);
  assert.equal(health, 'degraded');
  assert.deepEqual(
    told.errors.map(({ file, message }) => [file, message]),
    [[config, 'this folder does not exist']],
  );
  assert.equal((await daemon.vnetctl('plan')).code, 1);
  await ns.ip('link', 'set', 'br0', 'mtu', '1300');
  await until(async () => (await ns.link('br0')).mtu === 1400, { within });

  // An empty folder is a declaration all the same: of nothing.
  mkdirSync(config, { mode: 0o755 });
  await inSync(daemon);
  await until(async () => (await ns.ipJson('link', 'show', 'type', 'bridge')).length === 0, { within });
});

test('what no file declares any more is named for as long as a broken file may declare it', async (t) => {
  const { ns, daemon } = await keepInSync(t, 'links: { br0: { kind: bridge }, br1: { kind: bridge } }');
  daemon.write('80.yaml', 'links: { br1: { kind: bridge, mto: 1400 } }');
  daemon.write('10-links.yaml', 'links: { br0: { kind: bridge } }');
  assert.equal((await daemon.vnetctl('wait', 'br0')).code, 1);
  const note =
    'no file declares br1, which is left as it is and not kept in sync: 80.yaml has an error, and may declare it';
  const status = (await daemon.vnetctl('status')).json as {
    readonly notes: readonly string[];
    readonly undeclared: readonly string[];
  };
  assert.deepEqual([status.notes, status.undeclared], [[note], ['br1']]);
  assert.deepEqual(((await daemon.vnetctl('plan')).json as typeof status).notes, [note]);
  assert.match(
    (await daemon.vnetctl('show', 'br1')).stderr,
    /vnetd leaves what it made of it as it is; 80.yaml has/,
  );
  assert.equal(daemon.journal.seen.filter(({ text }) => text.includes('no file declares br1')).length, 1);
  await ns.link('br1');

  daemon.write('80.yaml', 'links: {}');
  await inSync(daemon);
  const after = (await daemon.vnetctl('status')).json as typeof status;
  assert.deepEqual([after.notes, after.undeclared], [[], []]);
  await until(async () => (await ns.ipJson('link', 'show', 'type', 'bridge')).length === 1, { within });
});

test('vnetd --once without its folder changes nothing, and exits 1', async (t) => {
  const { ns, daemon } = await keepInSync(t, bridge);
  await daemon.stop();
  rmSync(daemon.folders.config, { recursive: true });
  for (const folders of [daemon.folders, { ...daemon.folders, state: join(daemon.folders.state, 'new') }]) {
    const once = await startDaemon(t, { args: ['--once'], enter: ns.enter, ready: false }, folders);
    assert.equal((await once.exit).code, 1);
    assert.equal((await ns.link('br0')).mtu, 1400);
  }
});

test('a socket that somebody removed comes back', async (t) => {
  const ns = await inNamespace(t);
  const daemon = await startDaemon(t, { enter: ns.enter });
  const path = join(daemon.folders.runtime, 'vnetd.sock');
  rmSync(path);
  await until(async () => existsSync(path), { within });
  assert.equal((await daemon.vnetctl('status')).code, 0);
});
