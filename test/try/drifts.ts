/** A drift a person might make, and how ip(8) shows that it was put back. */
export interface Drift {
  /** The object it happens to; the drift is left out where the kernel lacks its kind. */
  readonly link: string;
  readonly command: readonly string[];
  /** Where in `ip -d -j addr show dev LINK` to look, and what must stand there. */
  readonly at: readonly string[];
  readonly wanted: unknown;
}

export const drifts: readonly Drift[] = [
  { link: 'veth0', command: ['link', 'set', 'veth0', 'mtu', '1300'], at: ['mtu'], wanted: 1400 },
  { link: 'br0', command: ['link', 'set', 'br0', 'down'], at: ['flags', 'UP'], wanted: true },
  {
    link: 'mac0',
    command: ['link', 'set', 'mac0', 'address', '02:00:00:00:00:99'],
    at: ['address'],
    wanted: '02:00:00:00:00:77',
  },
  { link: 'veth1', command: ['link', 'set', 'veth1', 'nomaster'], at: ['master'], wanted: 'br0' },
  {
    link: 'veth1',
    command: ['link', 'set', 'veth1', 'type', 'bridge_slave', 'cost', '90'],
    at: ['linkinfo', 'info_slave_data', 'cost'],
    wanted: 7,
  },
  {
    link: 'br0',
    command: ['link', 'set', 'br0', 'type', 'bridge', 'forward_delay', '900'],
    at: ['linkinfo', 'info_data', 'forward_delay'],
    wanted: 400,
  },
  {
    link: 'vx0',
    command: ['link', 'set', 'vx0', 'type', 'vxlan', 'ttl', '9'],
    at: ['linkinfo', 'info_data', 'ttl'],
    wanted: 32,
  },
  {
    link: 'veth0',
    command: ['addr', 'del', '192.0.2.1/24', 'dev', 'veth0'],
    at: ['addr_info', '192.0.2.1'],
    wanted: true,
  },
  {
    link: 'veth0',
    command: ['link', 'set', 'veth0', 'down'],
    at: ['addr_info', '2001:db8::1'],
    wanted: true,
  },
  { link: 'ifb0', command: ['link', 'set', 'ifb0', 'txqueuelen', '10'], at: ['txqlen'], wanted: 64 },
  { link: 'vx0', command: ['link', 'del', 'vx0'], at: ['master'], wanted: 'br0' },
  { link: 'veth1', command: ['link', 'del', 'veth1'], at: ['master'], wanted: 'br0' },
  { link: 'br0', command: ['link', 'del', 'br0'], at: ['flags', 'UP'], wanted: true },
  { link: 'port2', command: ['link', 'set', 'port2', 'nomaster'], at: ['master'], wanted: 'bond1' },
  { link: 'bond1', command: ['link', 'del', 'bond1'], at: ['flags', 'UP'], wanted: true },
  { link: 'bond1.100', command: ['link', 'del', 'bond1.100'], at: ['master'], wanted: 'blue' },
];

/** What stands at a path; a list of words or of addresses is asked for a member. */
export function valueAt(link: Record<string, unknown> | undefined, at: readonly string[]): unknown {
  let here: unknown = link;
  for (const key of at) {
    if (Array.isArray(here))
      here = here.some((one) => one === key || (one as { local?: unknown })?.local === key);
    else here = (here as Record<string, unknown> | undefined)?.[key];
  }
  return here;
}
