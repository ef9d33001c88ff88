import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { NetlinkSocket } from '../../../src/netlink/native.ts';
import { linkDump, NETLINK_ROUTE, NLMSG_DONE, receiveAll } from './netlink-bytes.ts';
import { needsRoot, scratchNamespace } from './scratch-namespace.ts';

const native = new URL('../../../src/netlink/native.js', import.meta.url).href;
const dump = Buffer.from(linkDump(1)).toString('hex');

function watchingWorker(namespace: number, leave: 'close' | 'exit' | 'throw' | 'stay'): Worker {
  return new Worker(new URL('./watching-worker.js', import.meta.url), { workerData: { namespace, leave } });
}

test('the callback comes when there is something, and comes again for what it leaves', {
  timeout: 20_000,
}, async () => {
  const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE });
  let calls = 0;
  const twice = new Promise<void>((resolve) => {
    socket.watch(() => {
      calls += 1;
      if (calls === 2) resolve();
    });
  });
  socket.send(linkDump(1));
  await twice;
  const answers = receiveAll(socket);
  assert.ok(Array.isArray(answers));
  assert.equal(answers.at(-1)?.type, NLMSG_DONE);
  socket.close();
});

test('promises settled in the callback are followed up before the loop goes on', {
  timeout: 20_000,
}, async () => {
  const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE });
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    socket.watch(() => {
      socket.close();
      setImmediate(() => {
        order.push('immediate');
        resolve();
      });
      void Promise.resolve().then(() => order.push('microtask'));
    });
    socket.send(linkDump(1));
  });
  assert.deepEqual(order, ['microtask', 'immediate']);
});

test('a second watcher is refused', () => {
  const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE });
  socket.watch(() => {});
  assert.throws(() => socket.watch(() => {}), { code: 'EBUSY' });
  socket.close();
});

test('a socket closed while watched is gone from the process at once', () => {
  const before = readdirSync('/proc/self/fd').length;
  for (let i = 0; i < 50; i += 1) {
    const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE });
    socket.watch(() => {});
    socket.close();
  }
  assert.equal(readdirSync('/proc/self/fd').length, before);
});

for (const [what, script, alive] of [
  ['unref lets the process end', 's.unref()', false],
  ['a watcher keeps the process alive', '', true],
  ['ref undoes unref', 's.unref(); s.ref()', true],
  ['close lets the process end', 's.close()', false],
] as const) {
  test(what, () => {
    // An event loop that nothing keeps alive ends in beforeExit and does not poll for the answer sent for.
    const source = `
      import { NetlinkSocket } from ${JSON.stringify(native)};
      const s = new NetlinkSocket({ protocol: 0 });
      s.watch(() => process.exit(11));
      ${script};
      process.on('beforeExit', () => process.exit(10));
      if (${alive}) setImmediate(() => setImmediate(() => s.send(Buffer.from('${dump}', 'hex'))));
    `;
    const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
      timeout: 10_000,
    });
    assert.equal(status, alive ? 11 : 10);
  });
}

test('what the callback throws is an uncaught exception', () => {
  const source = `
    import { NetlinkSocket } from ${JSON.stringify(native)};
    const s = new NetlinkSocket({ protocol: 0 });
    process.on('uncaughtException', (error) => { s.close(); console.log(error.message); });
    s.watch(() => { throw new Error('out of the callback'); });
    s.send(Buffer.from('${dump}', 'hex'));
  `;
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', source]);
  assert.equal(String(stdout), 'out of the callback\n');
  assert.equal(status, 0);
});

test('a worker thread watches, and ends by closing', { skip: needsRoot, timeout: 20_000 }, async (t) => {
  const namespace = await scratchNamespace(t);
  const worker = watchingWorker(namespace.fd, 'close');
  // Node may give the last message and the end in one turn (Worker[kOnExit]): listened for from the start.
  const exit = once(worker, 'exit');
  assert.deepEqual(await once(worker, 'message'), ['watching']);
  namespace.ip(['link set lo mtu 1400']);
  assert.deepEqual(await once(worker, 'message'), [[1400]]);
  assert.deepEqual(await exit, [0]);
});

test('a worker thread may exit or throw out of its callback', {
  skip: needsRoot,
  timeout: 20_000,
}, async (t) => {
  const namespace = await scratchNamespace(t);
  for (const leave of ['exit', 'throw'] as const) {
    const worker = watchingWorker(namespace.fd, leave);
    await once(worker, 'message');
    // Heard at once: once() on a worker that threw would reject, and what it threw is wanted here.
    const error = new Promise((resolve) => worker.once('error', resolve));
    const exit = new Promise((resolve) => worker.once('exit', resolve));
    namespace.ip(['link set lo mtu 1400', 'link set lo mtu 1500']);
    assert.equal(await exit, leave === 'exit' ? 0 : 1);
    if (leave === 'throw') assert.match(String(await error), /thrown in the callback/);
  }
});

test('a worker thread terminated while it watches takes nothing with it', {
  skip: needsRoot,
  timeout: 20_000,
}, async (t) => {
  const namespace = await scratchNamespace(t);
  const before = readdirSync('/proc/self/fd').length;
  for (let i = 0; i < 5; i += 1) {
    const worker = watchingWorker(namespace.fd, 'stay');
    await once(worker, 'message');
    // Terminated in the midst of notices, not in silence.
    const changes = namespace.ipLater(Array.from({ length: 300 }, (_, n) => `link set lo mtu ${2_000 + n}`));
    await once(worker, 'message');
    assert.equal(await worker.terminate(), 1);
    assert.equal(await changes, 0);
  }
  assert.equal(readdirSync('/proc/self/fd').length, before);
});
