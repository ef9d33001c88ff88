import type { OpenVSwitch } from '../support/ovs.ts';

/** What is asked for in a database, by table and name; without what ovs-vswitchd tells in it. */
export type Rows = Readonly<Record<string, unknown>>;

const asked = {
  Bridge: [
    ...['datapath_type', 'fail_mode', 'stp_enable', 'rstp_enable', 'mcast_snooping_enable', 'protocols'],
    ...['controller', 'other_config', 'external_ids', 'ports'],
  ],
  Port: [
    ...['tag', 'trunks', 'vlan_mode', 'cvlans', 'bond_mode', 'lacp', 'bond_updelay', 'bond_downdelay'],
    ...['other_config', 'external_ids', 'interfaces'],
  ],
  Interface: [...['type', 'options', 'mac', 'mtu_request', 'ofport_request', 'other_config', 'external_ids']],
} as const;

/** The columns that refer to rows, which are numbered anew when they are made again. */
const references: Readonly<Record<string, readonly [table: string, column: string]>> = {
  ports: ['Port', 'name'],
  interfaces: ['Interface', 'name'],
  controller: ['Controller', 'target'],
};

interface Listed {
  readonly headings: readonly string[];
  readonly data: readonly (readonly unknown[])[];
}

/** The rows as ovs-vsctl(8) lists them, references by name. */
export async function rowsOf(ovs: OpenVSwitch): Promise<Rows> {
  const list = async (table: string, columns: readonly string[]) => {
    const text = await ovs.vsctl('--no-wait', '--format=json', `--columns=${columns}`, 'list', table);
    return JSON.parse(text) as Listed;
  };
  const names = new Map<string, unknown>();
  for (const [table, column] of Object.values(references))
    for (const [uuid, name] of (await list(table, ['_uuid', column])).data)
      names.set(JSON.stringify(uuid), name);
  const rows: Record<string, unknown> = {};
  for (const [table, columns] of Object.entries(asked)) {
    const { headings, data } = await list(table, ['name', ...columns]);
    for (const row of data) {
      const values = headings.map((column, i): [string, unknown] => {
        const value = row[i];
        return [column, column in references ? referred(value, names) : value];
      });
      rows[`${table} ${row[headings.indexOf('name')]}`] = Object.fromEntries(values);
    }
  }
  return rows;
}

function referred(value: unknown, names: ReadonlyMap<string, unknown>): readonly string[] {
  const [tag, inner] = value as readonly [string, readonly unknown[]];
  const all = tag === 'set' ? inner : [value];
  return all.map((one) => String(names.get(JSON.stringify(one)))).sort();
}
