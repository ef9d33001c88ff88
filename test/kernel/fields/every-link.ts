import { spawnSync } from 'node:child_process';
import { release } from 'node:os';
import type { Value } from '../../../src/model/value.ts';

const [major = 0, minor = 0] = release().split('.').map(Number);

/** What `ip` says to a few commands in a namespace of their own. */
function tried(commands: string): string {
  const { stdout, status } = spawnSync('unshare', ['-n', 'sh', '-ec', commands], { encoding: 'utf8' });
  return status === 0 ? stdout : 'failed';
}

/** What the kernel of the test does without. */
export function lacks(what: '6.12' | 'bridge VLANs' | 'bridge netfilter' | 'module kinds'): boolean {
  switch (what) {
    case '6.12':
      return major < 6 || (major === 6 && minor < 12);
    case 'bridge netfilter':
      return !tried('ip link add b0 type bridge; ip -d link show b0').includes('nf_call_iptables');
    case 'bridge VLANs':
      return tried('ip link add b0 type bridge vlan_filtering 1') === 'failed';
    case 'module kinds':
      return tried('ip link add d0 type dummy') === 'failed';
    default:
      return what satisfies never;
  }
}

/** Values of keys every link has, where the samples of the row need a world to fit in. */
export function valuesOfEveryLink(key: string, n: number): readonly Value[] | undefined {
  const byte = (n % 250).toString(16).padStart(2, '0');
  switch (key) {
    case 'address':
      return [`02:00:00:00:${byte}:01`, `06:00:00:00:${byte}:02`, `0a:00:00:00:${byte}:03`];
    case 'master':
      return ['master1', 'master2'];
    default:
      return undefined;
  }
}

/** A queue longer than INT_MAX/65536 is refused by some kernels and too much for others; a secret has to be set first. */
export function mayRefuseOfEveryLink(key: string, value: Value): boolean {
  return (
    (key === 'txqueuelen' && Number(value) > 32_767) || (key === 'addrgenmode' && value === 'stable_secret')
  );
}
