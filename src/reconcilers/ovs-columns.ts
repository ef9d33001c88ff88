import { partId } from '../model/address.ts';
import { Misfit, textWritten } from '../model/written.ts';
import { linkNameFault, text } from '../wire/composites.ts';
import { u32 } from '../wire/numbers.ts';
import { textMap } from '../wire/text-maps.ts';
import type { WireType } from '../wire/type.ts';
import { column, type Lint, type Row, type SwitchTable } from './kind.ts';

/** The key of `external_ids` by which a row is known to be vnetd’s; its value is the object’s id. */
export const MARK = 'vnetd';

/** The key beside it that says which vnetd made the row, where several follow one database. */
export const MARK_OF = 'vnetd-of';

/** The key under which an interface that vnetd let go has the port number it is to get again, or `none`. */
export const CARRIED = 'vnetd-ofport';

/** The OVSDB tells every client of every change. */
export const live = { change: 'live', notice: 'always' } as const;

/** Open vSwitch takes apart what is there and makes it anew for it. */
export const remade = { change: 'remake', notice: 'always' } as const;

/** A map each written key of which is a field of its own, and whose other keys are others’. */
export function openMap(
  table: SwitchTable,
  name: string,
  sample: { readonly [key: string]: string },
  doc: string,
  known: readonly string[] = [],
): Row<{ readonly [key: string]: string }> {
  const refused = refusedIn[name];
  const inside = known.filter((key) => !Object.hasOwn(refused ?? {}, key));
  return column(table, name, textMap([sample, {}], refused), { ...live, inside }, doc, { holds: 'map' });
}

/** Keys nobody may write, by column. */
const refusedIn: Readonly<Record<string, { readonly [key: string]: string }>> = {
  external_ids: Object.fromEntries(
    [MARK, MARK_OF, CARRIED].map((key) => [
      key,
      `\`${key}\` is vnetd’s own key, by which it knows what it made`,
    ]),
  ),
  // What is declared is shown, remembered and logged.
  options: {
    psk: '`psk` is a secret, and vnetd would show it: set it by `ovs-vsctl`, vnetd leaves it alone',
  },
};

/** What an open map keeps under one key. */
export const mapValue = text(65_535);

/** Another port by its name, on whatever bridge that is: the OVSDB has one port of a name. */
export function portOnAnyBridge(): WireType<string> {
  return {
    ...text(15, ['p2', 'patch-tun']),
    name: 'port',
    range: 'the name of a port',
    schema: { type: 'string', minLength: 1, maxLength: 15 },
    read(written) {
      const name = textWritten(written, 'the name of a port');
      const wrong = linkNameFault(name);
      if (wrong !== undefined) throw new Misfit(written, wrong);
      return name;
    },
    mentions: (name) => [partId('', name)],
    refused: ['', 'sixteen-byte-nam', 'ovsbr0:p2', 'ns1/p2'],
  };
}

/** An entry of a list of the bridge by its name; `none` for none of them. */
export function nameOfEntry(samples: readonly string[]): WireType<string> {
  const type = text(255, samples);
  return {
    ...type,
    name: 'entry',
    range: 'a name, or none',
    schema: { type: 'string', minLength: 1 },
    read(written) {
      const name = textWritten(written, 'a name');
      if (name === '') throw new Misfit(written, 'a name may not be empty');
      return name;
    },
    samples: [...samples, 'none'],
    refused: [''],
  };
}

export const mtuRequest = column(
  'Interface',
  'mtu_request',
  u32({ min: 1, max: 65535 }),
  live,
  'The MTU Open vSwitch gives the interface, and holds it at; `mtu` of a link of its own says it too.',
);

/** Both are the MTU of one interface. */
export const oneMtu: Lint = {
  severity: 'error',
  check({ mtu, mtu_request }) {
    if (mtu === undefined || mtu_request === undefined || mtu === mtu_request) return undefined;
    const message = `\`mtu_request\` is ${mtu_request}, and \`mtu\` ${mtu}: they are one MTU; write one of them`;
    return { key: 'mtu_request', message };
  },
};

/** Both are the MAC of one interface: Open vSwitch gives it `mac`, and the kernel `address`. */
export const oneMac: Lint = {
  severity: 'error',
  check({ address, mac }) {
    if (address === undefined || mac === undefined || address === mac) return undefined;
    const message = `\`mac\` is ${mac}, and \`address\` ${address}: they are one MAC; write \`mac\``;
    return { key: 'address', message };
  },
};

/** Where a controller is, or is waited for: `tcp:192.0.2.1:6653` (target of Controller in ovs-vswitchd.conf.db(5)). */
export function controllerTarget(): WireType<string> {
  const type = text(255, ['tcp:192.0.2.1:6653', 'ssl:192.0.2.2:6653']);
  return {
    ...type,
    name: 'controller',
    range: 'a way and an address, such as tcp:192.0.2.1:6653',
    schema: { type: 'string', pattern: '^(ssl|tcp|unix|pssl|ptcp|punix):' },
    read(written) {
      const target = type.read(written);
      if (/^(ssl|tcp|unix|pssl|ptcp|punix):/.test(target)) return target;
      throw new Misfit(
        written,
        `\`${target}\` does not say how the controller is spoken to; write \`tcp:${target}\`, or \`ssl:\`, \`unix:\`, \`ptcp:\`, \`pssl:\`, \`punix:\` in its place`,
      );
    },
    refused: ['192.0.2.1:6653', 'controller', ''],
  };
}
