import { randomBytes } from 'node:crypto';
import type { Test } from './command.ts';
import { ip, type Tools, toolsIn } from './ip.ts';

export interface Namespace extends Tools {
  readonly name: string;
  /** Put before a command it makes that run in the namespace: `run([...ns.enter, 'sleep', '9'])`. */
  readonly enter: readonly string[];
}

/** Makes a network namespace, `lo` up, that goes when the test is over; the name is made up if none is given. */
export async function inNamespace(
  t: Test,
  name = `ns-${randomBytes(4).toString('hex')}`,
): Promise<Namespace> {
  await ip('netns', 'add', name);
  t.after(() => ip('netns', 'del', name).catch(() => undefined)); // the test itself may have deleted it
  const namespace = inside(name);
  await namespace.ip('link', 'set', 'lo', 'up');
  return namespace;
}

/** Names for namespaces that no other test has; they are deleted when the test is over. */
export function names(t: Test, count: number): readonly string[] {
  const made = Array.from({ length: count }, (_, i) => `v${randomBytes(3).toString('hex')}${i}`);
  t.after(async () => {
    for (const name of made) await ip('netns', 'del', name).catch(() => undefined);
  });
  return made;
}

/** A namespace that has a name already. */
export function inside(name: string): Namespace {
  // Unlike `ip netns exec`, this keeps the mount namespace: /sys stays as it is and `ip netns add` in it is seen outside.
  const enter = ['nsenter', `--net=/run/netns/${name}`];
  return { name, enter, ...toolsIn(enter) };
}
