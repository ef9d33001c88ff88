// kernels: uml-6.12 uml-6.1
// timeout: 600
// Every field of tunnels of IP in IP, from YAML to the kernel and back, judged by ip(8).
import { before, test } from 'node:test';
import { tryFields } from './fields/campaign.ts';
import { type TunnelName, tunnelBed } from './fields/tunnel-beds.ts';
import { run } from './support/command.ts';

const names: readonly TunnelName[] = ['ipip', 'sit', 'ip6tnl', 'vti', 'vti6'];

// What packs tunnels into UDP does not load by itself.
before(async () => {
  await run(['modprobe', '-qa', 'fou', 'fou6']);
});

for (const name of names) {
  test(`every field of tunnels: ${name}`, async (t) => {
    await tryFields(t, tunnelBed(name));
  });
}
