import type { TestContext } from 'node:test';
import { type Daemon, startDaemon } from './daemon.ts';
import { inSync } from './keeping.ts';
import { inNamespace, type Namespace } from './namespace.ts';
import { type OpenVSwitch, openVSwitch } from './ovs.ts';

/** The host’s kernel need not have a datapath. */
export const datapath = process.env.VNETD_TEST_KERNEL === 'host' ? 'netdev' : 'system';

export interface Kept {
  readonly ns: Namespace;
  readonly ovs: OpenVSwitch;
  readonly daemon: Daemon;
}

/** An Open vSwitch, and vnetd with this declaration, in a namespace of their own. */
export async function keep(
  t: TestContext,
  yaml: string,
  prepare: (kept: Omit<Kept, 'daemon'>) => Promise<unknown> = async () => undefined,
  options: Parameters<typeof openVSwitch>[2] = {},
): Promise<Kept> {
  const ns = await inNamespace(t);
  const ovs = await openVSwitch(t, ns.enter, options);
  await prepare({ ns, ovs });
  const files = { '10-ovs.yaml': yaml };
  const daemon = await startDaemon(t, { files, enter: ns.enter, args: ['--ovsdb', ovs.address] });
  return { ns, ovs, daemon };
}

export async function keepInSync(...args: Parameters<typeof keep>): Promise<Kept> {
  const kept = await keep(...args);
  await inSync(kept.daemon);
  return kept;
}

/** The addresses of a link with the length of their prefix, as ip(8) shows them. */
export async function addressesOf(ns: Namespace, name: string): Promise<readonly string[]> {
  const [link] = await ns.ipJson('address', 'show', 'dev', name);
  const info = (link?.addr_info ?? []) as readonly { readonly local: string; readonly prefixlen: number }[];
  return info.map(({ local, prefixlen }) => `${local}/${prefixlen}`);
}

export async function statusOf(
  daemon: Daemon,
): Promise<{ readonly health: string; readonly notes: readonly string[] }> {
  return (await daemon.vnetctl('status')).json as Awaited<ReturnType<typeof statusOf>>;
}

/** Two bridges, a patch cable between them, and ports of two other types. */
export const one = `
links:
  ovsbr0:
    kind: ovs-bridge
    datapath_type: ${datapath}
    fail_mode: secure
    other_config: { mac-aging-time: 60 }
    addresses: [192.0.2.1/24]
    ports:
      tap2: { tag: 2 }
      p0: { type: internal, tag: 5, mtu: 1400, addresses: [192.0.2.129/25] }
      p1: { type: patch, peer: p2 }
  ovsbr1: { kind: ovs-bridge, datapath_type: ${datapath}, ports: { p2: { type: patch, peer: p1 } } }
  tap2: { kind: veth, peer: tap3 }
`;
