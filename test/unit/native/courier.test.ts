import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Courier, dropNamespace, MountTable, makeNamespace } from '../../../src/netlink/namespaces.ts';
import { namespaceCookie } from '../../../src/netlink/native.ts';
import { linkDump, linkOf, messages, NLM_F_ACK, RTM_NEWLINK, setMtu } from './netlink-bytes.ts';
import { needsRoot, scratchNamespace } from './scratch-namespace.ts';

const skip = needsRoot;
const timeout = 20_000;

/** A request for all links whose end is told apart as that of an acknowledged request is. */
function acknowledgedDump(sequence: number): Uint8Array {
  const bytes = linkDump(sequence);
  const view = new DataView(bytes.buffer);
  view.setUint16(6, view.getUint16(6, true) | NLM_F_ACK, true);
  return bytes;
}

function linksIn(answers: Uint8Array) {
  return messages(answers)
    .filter(({ type }) => type === RTM_NEWLINK)
    .map(linkOf);
}

async function somewhere(t: TestContext) {
  const { pid, fd, ip } = await scratchNamespace(t);
  return { ip, to: { path: `/proc/${pid}/ns/net`, cookie: namespaceCookie(fd) } };
}

test('a courier acts inside, and nothing of it stays there', { skip, timeout }, async (t) => {
  const { to } = await somewhere(t);
  const courier = new Courier();
  const requests = Buffer.concat([setMtu(1, 1, 4321), acknowledgedDump(2)]);
  assert.deepEqual(linksIn(courier.run(to, 0, requests)), [{ ifindex: 1, mtu: 4321 }]);
  const [inside, own] = [readlinkSync(to.path), readlinkSync('/proc/self/ns/net')];
  for (const thread of readdirSync('/proc/self/task'))
    assert.equal(readlinkSync(`/proc/self/task/${thread}/ns/net`), own);
  const open = readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return [];
    }
  });
  // The one is the test's own.
  assert.deepEqual(
    open.filter((target) => target === inside),
    [inside],
  );
});

test('what stands under the path is not touched when it is another namespace', {
  skip,
  timeout,
}, async (t) => {
  const { to } = await somewhere(t);
  const courier = new Courier();
  const other = { ...to, cookie: to.cookie + 1n };
  assert.throws(() => courier.run(other, 0, setMtu(1, 1, 4321)), { errno: 116 });
  assert.deepEqual(linksIn(courier.run(to, 0, acknowledgedDump(2))), [{ ifindex: 1, mtu: 65536 }]);
});

test('where there is no namespace it says so', { skip, timeout }, () => {
  const courier = new Courier();
  const nowhere = { path: '/run/netns/no-such-name', cookie: 1n };
  assert.throws(() => courier.run(nowhere, 0, acknowledgedDump(1)), { code: 'ENOENT', syscall: 'open' });
  assert.throws(() => courier.run({ path: '/dev/null', cookie: 1n }, 0, acknowledgedDump(1)), {
    code: 'EINVAL',
    syscall: 'setns',
  });
});

function folderOfNames(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'netns-'));
  t.after(() => {
    spawnSync('umount', ['-R', folder]);
    rmSync(folder, { recursive: true });
  });
  return folder;
}

test('a namespace made has its name until that is dropped', { skip, timeout }, (t) => {
  const folder = folderOfNames(t);
  const courier = new Courier();
  const cookie = makeNamespace(folder, 'one');
  const to = { path: join(folder, 'one'), cookie };
  assert.deepEqual(linksIn(courier.run(to, 0, acknowledgedDump(1))), [{ ifindex: 1, mtu: 65536 }]);
  assert.throws(() => makeNamespace(folder, 'one'), { code: 'EEXIST' });
  assert.equal(linksIn(courier.run(to, 0, acknowledgedDump(1))).length, 1);
  dropNamespace(folder, 'one');
  assert.deepEqual(readdirSync(folder), []);
  assert.notEqual(makeNamespace(folder, 'one'), cookie);
  dropNamespace(folder, 'one');
});

test('a stale file of the name is dropped as well', { skip, timeout }, (t) => {
  const folder = folderOfNames(t);
  writeFileSync(join(folder, 'stale'), '');
  dropNamespace(folder, 'stale');
  assert.deepEqual(readdirSync(folder), []);
});

test('the mount table tells of each name that comes or goes', { skip, timeout }, async (t) => {
  const folder = folderOfNames(t);
  makeNamespace(folder, 'before');
  const table = new MountTable();
  // The table alone does not keep the loop alive.
  const awake = setInterval(() => {}, 1000);
  t.after(() => {
    clearInterval(awake);
    table.close();
  });
  let called = () => {};
  const next = () =>
    new Promise<void>((resolve) => {
      called = resolve;
    });
  const begun = next();
  table.watch(() => called());
  await begun;
  for (const act of [makeNamespace, dropNamespace]) {
    const told = next();
    act(folder, 'one');
    await told;
  }
  dropNamespace(folder, 'before');
});
