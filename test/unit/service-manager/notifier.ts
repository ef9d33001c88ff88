/**
 * A child of service-manager.test.ts, whose $NOTIFY_SOCKET is a test's: does what its standard input says, a line each.
 */
import { createInterface } from 'node:readline';
import { openServiceManager } from '../../../src/daemon/service-manager.ts';

let alive = true;
const service = openServiceManager({ alive: () => alive });
const deeds: Readonly<Record<string, () => void>> = {
  ready: () => service.ready('ok: 1 of 1 objects in sync'),
  status: () => {
    for (let i = 1; i <= 100; i++) service.status(() => `state ${i}`);
  },
  hang: () => {
    alive = false;
  },
  reload: () => service.reloading(),
  stop: () => service.stopping('stopping\n(SIGTERM)'),
  close: () => service.close(),
};
for await (const line of createInterface(process.stdin)) {
  deeds[line]?.();
  process.stdout.write(`${line}\n`);
}
