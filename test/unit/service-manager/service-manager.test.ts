import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bootTimeMicros } from '../../../src/netlink/native.ts';
import { receiver } from '../journal/datagrams.ts';

const notifier = fileURLToPath(new URL('./notifier.js', import.meta.url));

/** The child, and a way to have it do something and wait until it did. */
function start(context: TestContext, environment: NodeJS.ProcessEnv) {
  const { NOTIFY_SOCKET: _, WATCHDOG_USEC: __, ...clean } = process.env;
  const child = spawn(process.execPath, [notifier], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...clean, ...environment },
  });
  context.after(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    child,
    async run(deed: string): Promise<void> {
      child.stdin.write(`${deed}\n`);
      const { value } = await lines.next();
      assert.equal(value, deed);
    },
  };
}

test('without a service manager nothing is said, and nothing fails', async (t) => {
  const { child, run } = start(t, {});
  for (const deed of ['ready', 'status', 'reload', 'stop', 'close']) await run(deed);
  child.stdin.end();
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
});

test('ready, reloading and stopping are told in the words of sd_notify(3)', async (t) => {
  const { path, read, next } = await receiver(t);
  read();
  const { run } = start(t, { NOTIFY_SOCKET: path });
  await run('ready');
  assert.equal(await next(), 'STATUS=ok: 1 of 1 objects in sync');
  assert.equal(await next(), 'READY=1');
  await run('reload');
  const [reloading, time] = (await next()).split('\n');
  assert.equal(reloading, 'RELOADING=1');
  const micros = Number(/^MONOTONIC_USEC=(\d+)$/.exec(time ?? '')?.[1]);
  assert.ok(micros <= bootTimeMicros() && micros > bootTimeMicros() - 60e6, time);
  await run('stop');
  assert.equal(await next(), 'STATUS=stopping (SIGTERM)');
  assert.equal(await next(), 'STOPPING=1');
});

test('of a hundred changes of status the first is told and the last', async (t) => {
  const { path, read, next } = await receiver(t);
  read();
  const { run } = start(t, { NOTIFY_SOCKET: path });
  await run('status');
  assert.equal(await next(), 'STATUS=state 1');
  assert.equal(await next(), 'STATUS=state 100');
});

test('the watchdog is fed while all is well and starves when it is not', async (t) => {
  const { path, read, next } = await receiver(t);
  read();
  const { run } = start(t, { NOTIFY_SOCKET: path, WATCHDOG_USEC: '100000' });
  await run('ready');
  assert.match(await next(), /^STATUS=/);
  assert.equal(await next(), 'READY=1');
  for (let i = 0; i < 5; i++) assert.equal(await next(), 'WATCHDOG=1');
  await run('hang');
  // The throttle of status is the clock here: between the first and the last lie ten meals.
  await run('status');
  let told = await next();
  while (told === 'WATCHDOG=1') told = await next();
  assert.equal(told, 'STATUS=state 1');
  assert.equal(await next(), 'STATUS=state 100');
});
