// kernels: uml-6.12 uml-6.1
// timeout: 600
// Every field of tunnels by GRE, from YAML to the kernel and back, judged by ip(8).
import { before, test } from 'node:test';
import { tryFields } from './fields/campaign.ts';
import { type TunnelName, tunnelBed } from './fields/tunnel-beds.ts';
import { run } from './support/command.ts';

const names: readonly TunnelName[] = ['gre', 'gretap', 'erspan', 'ip6gre', 'ip6gretap', 'ip6erspan'];

// What packs tunnels into UDP does not load by itself.
before(async () => {
  await run(['modprobe', '-qa', 'fou', 'fou6']);
});

for (const name of names) {
  test(`every field of tunnels: ${name}`, async (t) => {
    await tryFields(t, tunnelBed(name));
  });
}
