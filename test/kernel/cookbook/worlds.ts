import { readdirSync } from 'node:fs';
import { output } from '../support/command.ts';
import type { Json } from '../support/ip.ts';

/** What ip(8) shows of some namespaces, without what differs between two worlds made in the same way. */
export type World = Readonly<
  Record<string, { readonly links: readonly Json[]; readonly routes: readonly string[] }>
>;

/** Numbers given out in order, MACs made up by chance, limits of the driver, and what comes and goes with the carrier. */
const passing: Readonly<Record<'link' | 'address' | 'kind' | 'port' | 'route', RegExp>> = {
  link: /^(ifindex|link_index|link_netnsid|address|permaddr|operstate|min_mtu|max_mtu|flags|addr_info|linkinfo)$/,
  // vnetd's addresses carry its protocol number.
  address: /^(protocol|tentative)$/,
  kind: /_timer$|^(bridge_id|root_id|root_port|root_path_cost|topology_change.*|tcn|active_slave|ad_info)$/,
  port: /_timer$|^(id|no|root_id|bridge_id|designated_.*|state|mii_status|perm_hwaddr|link_failure_count)$/,
  route: /^flags$/,
};

const ofCarrier: readonly unknown[] = ['NO-CARRIER', 'LOWER_UP', 'M-DOWN'];

/** The world in all namespaces but one; `ip` finds the names of those that links lead to. */
export async function worldBut(hidden: string): Promise<World> {
  const names = readdirSync('/run/netns').filter((name) => name !== hidden);
  const parts = await Promise.all(names.sort().map(async (name) => [name, await partOf(name)] as const));
  return Object.fromEntries(parts);
}

async function partOf(namespace: string): Promise<World[string]> {
  const asked = 'address\nroute show table all\nnetns list-id\n';
  const text = await output(['ip', '-n', namespace, '-details', '-json', '-batch', '-'], { input: asked });
  const [links = [], routes = [], ids = []] = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Json[]);
  const nameOf = (nsid: unknown) => ids.find((id) => id.nsid === nsid)?.name;
  return {
    links: links
      .sort((a, b) => (String(a.ifname) < String(b.ifname) ? -1 : 1))
      .map((link) => ({ ...linkOf(link), link_netns: nameOf(link.link_netnsid) })),
    routes: routes
      .filter(({ dst }) => !/^f(e80|f00):/.test(String(dst)))
      .map((route) => JSON.stringify(without(route, passing.route)))
      .sort(),
  };
}

function linkOf(link: Json): Json {
  const { info_kind, info_data, info_slave_kind, info_slave_data } = (link.linkinfo ?? {}) as Json;
  const flags = (link.flags as readonly string[]).filter((flag) => !ofCarrier.includes(flag));
  const addresses = (link.addr_info as readonly Json[]).filter(
    ({ local }) => !String(local).startsWith('fe80:'),
  );
  return {
    ...without(link, passing.link),
    flags,
    addresses: addresses.map((address) => without(address, passing.address)),
    kind: info_kind,
    data: without((info_data ?? {}) as Json, passing.kind),
    member: info_slave_kind,
    port: without((info_slave_data ?? {}) as Json, passing.port),
  };
}

function without(all: Json, names: RegExp): Json {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !names.test(name)));
}
