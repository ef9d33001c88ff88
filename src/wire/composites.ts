import { canonical, sameValue, type Value } from '../model/value.ts';
import { Misfit, nameOf, textWritten, type Written } from '../model/written.ts';
import { eachAttribute, Writer } from './attributes.ts';
import { littleEndian, textOf } from './bytes.ts';
import { namespaceNameFault } from './namespaces.ts';
import { parseInteger } from './numbers.ts';
import { leftOut, type WireType } from './type.ts';

const invalidName = /[\s/:]/;
/** The last two are settings of all links (sysctl_dev_name_is_allowed in net/ipv4/devinet.c). */
const namesRefused: ReadonlySet<string> = new Set(['.', '..', 'all', 'default']);

/** Why a text cannot be a link's name, or undefined when it can (dev_valid_name in net/core/dev.c; `:` is an alias of old). */
export function linkNameFault(name: string): string | undefined {
  const bytes = Buffer.byteLength(name);
  if (bytes === 0) return 'a name may not be empty';
  if (bytes > 15) return `\`${name}\` has ${bytes} bytes, and a link's name has at most 15`;
  if (namesRefused.has(name)) return `\`${name}\` is not a name the kernel takes`;
  if (name.includes('%')) return `\`${name}\` is a pattern to the kernel, not a name (\`%\`)`;
  if (invalidName.test(name))
    return `\`${name}\` has a character the kernel does not take in a name (space, \`/\` or \`:\`)`;
  return undefined;
}

/** Another link by name: in the same namespace, `ns1/eth0` or `/eth0`. On the wire its number; `none` is 0 where allowed. */
export function linkRef(
  options: { readonly none?: true; readonly samples?: readonly string[] } = {},
): WireType<string> {
  return {
    name: 'link',
    range: options.none ? 'the name of a link, or none' : 'the name of a link',
    schema: { type: 'string' },
    read(written) {
      const text = textWritten(written, 'the name of a link');
      if (options.none && text === 'none') return text;
      const parts = text.split('/');
      const fault =
        parts.length > 2
          ? `\`${text}\` has more than one \`/\``
          : (namespaceFault(parts) ?? linkNameFault(parts.at(-1) ?? ''));
      if (fault !== undefined) throw new Misfit(written, fault);
      return text;
    },
    encode(value, names) {
      const index = options.none && value === 'none' ? 0 : names.indexOf(value);
      if (index === undefined) return undefined;
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setUint32(0, index, littleEndian);
      return bytes;
    },
    decode({ view, start, end }, names) {
      if (end - start < 4) return undefined;
      const index = view.getUint32(start, littleEndian);
      return index === 0 ? 'none' : (names.nameOf(index) ?? `if${index}`);
    },
    agrees: (wanted, found) => wanted === found,
    mentions: (value) => (value === 'none' ? [] : [value]),
    samples: options.samples ?? [],
    refused: ['', 'sixteen-byte-nam', 'a/b/c', '../eth0', 'ns1/', '/'],
  };
}

/** What is wrong with the namespace of a reference; nothing before the slash is the host's. */
function namespaceFault(parts: readonly string[]): string | undefined {
  const [namespace = ''] = parts;
  return parts.length === 1 || namespace === '' ? undefined : namespaceNameFault(namespace);
}

/** Text without a NUL, as ip(8) sends it, of at most so many bytes. */
export function text(
  maxBytes: number,
  samples: readonly string[] = ['one', 'another one'],
): WireType<string> {
  return {
    name: 'text',
    range: `text of at most ${maxBytes} bytes`,
    schema: { type: 'string', maxLength: maxBytes },
    read(written) {
      const value = textWritten(written, 'a text');
      if (Buffer.byteLength(value) > maxBytes) {
        throw new Misfit(written, `the text has ${Buffer.byteLength(value)} bytes; at most ${maxBytes} fit`);
      }
      if (value.includes('\0')) throw new Misfit(written, 'a text may not contain a NUL byte');
      return value;
    },
    encode: (value) => Uint8Array.from(Buffer.from(value)),
    decode: (slice) => textOf(slice),
    agrees: (wanted, found) => wanted === found,
    samples,
    refused: ['x'.repeat(maxBytes + 1)],
  };
}

/** The items of a list as written; one item may be written without brackets. */
export function itemsOf(written: Written): readonly Written[] {
  if (written.is === 'list') return written.items;
  return [written];
}

/**
 * Values in a nest, each in an attribute of its own: numbered from 0, or all of one type.
 * Their order means nothing to the kernel; they are kept and compared sorted.
 */
export function setOf(
  item: WireType<string>,
  options: { readonly attribute?: number; readonly max?: number } = {},
): WireType<readonly string[]> {
  const max = options.max ?? 256;
  const sorted = (values: Iterable<string>) => [...new Set(values)].sort();
  return {
    name: `set of ${item.name}`,
    range: `a list of at most ${max}: ${item.range}`,
    schema: { anyOf: [item.schema, { type: 'array', items: item.schema, maxItems: max }] },
    read(written) {
      const values = sorted(itemsOf(written).map((one) => item.read(one)));
      if (values.length > max)
        throw new Misfit(written, `${values.length} are written here; the kernel keeps ${max}`);
      return values;
    },
    encode(values, names) {
      const writer = new Writer(256);
      for (const [i, value] of values.entries()) {
        const payload = item.encode(value, names);
        if (payload === undefined) return undefined;
        writer.attribute(options.attribute ?? i, payload);
      }
      return writer.bytes.slice();
    },
    decode({ view, start, end }, names) {
      const values: string[] = [];
      eachAttribute(view, start, end, (_, from, to) => {
        const value = item.decode({ view, start: from, end: to }, names);
        if (value !== undefined) values.push(value);
      });
      return sorted(values);
    },
    agrees: (wanted, found) => sameValue(wanted as Value, found as Value),
    ...(item.mentions === undefined
      ? {}
      : { mentions: (values: readonly string[]) => values.flatMap((value) => item.mentions?.(value) ?? []) }),
    samples: [[...item.samples.slice(0, 1)], sorted(item.samples.slice(0, 2))],
    refused: item.refused,
  };
}

/** Two ports as a range, network order, lowest first: written `low-high`, `low high` or `[low, high]` (struct ifla_vxlan_port_range). */
export function portRange(): WireType<string> {
  const range = 'two ports, as in 32768-61000';
  return {
    name: 'port range',
    range,
    schema: {
      anyOf: [
        { type: 'string', pattern: '^[0-9]+[- ]+[0-9]+$' },
        { type: 'array', items: { type: 'integer' } },
      ],
    },
    read(written) {
      const parts =
        written.is === 'list'
          ? written.items.map((item) => textWritten(item, 'a port'))
          : textWritten(written, range).split(/[\s-]+/);
      const [low = Number.NaN, high = Number.NaN] = parts.map((part) =>
        Number(parseInteger(part) ?? Number.NaN),
      );
      if (parts.length !== 2 || !(low >= 0 && low <= high && high <= 65535)) {
        throw new Misfit(written, `${nameOf(written)} is not a range of ports; write \`32768-61000\``);
      }
      return `${low}-${high}`;
    },
    encode(value) {
      const [low = 0, high = 0] = value.split('-').map(Number);
      return Uint8Array.of(low >> 8, low & 0xff, high >> 8, high & 0xff);
    },
    decode: ({ view, start, end }) =>
      end - start < 4 ? undefined : `${view.getUint16(start, false)}-${view.getUint16(start + 2, false)}`,
    agrees: (wanted, found) => wanted === found,
    samples: ['40000-50000', '1-65535'],
    refused: ['', '1', '2-1', '1-65536', 'a-b'],
  };
}

/**
 * A map from number to number, each pair an attribute of its own { from, to } (struct ifla_vlan_qos_mapping).
 * Written as ip(8) does, `0:1`, in a list, or as a map. The kernel merges: what is not written stays.
 */
export function numberMap(
  attribute: number,
  fromMax: number,
  toMax: number,
): WireType<{ readonly [from: string]: number }> {
  const range = `pairs FROM:TO, FROM up to ${fromMax}, TO up to ${toMax}`;
  const number = (written: Written, max: number, of: string) => {
    const n = Number(parseInteger(textWritten(written, range)) ?? Number.NaN);
    if (!(n >= 0 && n <= max)) throw new Misfit(written, `${of} is not a number from 0 to ${max}`);
    return n;
  };
  const pairOf = (written: Written): [string, number] => {
    const [from, to, ...rest] = textWritten(written, range).split(':');
    if (from === undefined || to === undefined || rest.length > 0) {
      throw new Misfit(written, `${nameOf(written)} is not a pair FROM:TO`);
    }
    const part = (text: string): Written => ({ is: 'scalar', text, quoted: false, offset: written.offset });
    return [String(number(part(from), fromMax, from)), number(part(to), toMax, to)];
  };
  return {
    name: 'map of u32 to u32',
    range,
    schema: {
      anyOf: [
        { type: 'object', additionalProperties: { type: 'integer' } },
        { type: 'array' },
        { type: 'string' },
      ],
    },
    read(written) {
      if (written.is === 'map') {
        return Object.fromEntries(
          written.entries.map(({ key, value }) => [
            String(number(key, fromMax, key.text)),
            number(value, toMax, nameOf(value)),
          ]),
        );
      }
      const items =
        written.is === 'scalar'
          ? written.text.split(/\s+/).map((t): Written => ({ ...written, text: t }))
          : itemsOf(written);
      return Object.fromEntries(items.map(pairOf));
    },
    encode(value) {
      const pairs = Object.entries(value);
      if (pairs.length === 0) return leftOut;
      const writer = new Writer(256);
      for (const [from, to] of pairs) {
        const payload = new Uint8Array(8);
        const view = new DataView(payload.buffer);
        view.setUint32(0, Number(from), littleEndian);
        view.setUint32(4, to, littleEndian);
        writer.attribute(attribute, payload);
      }
      return writer.bytes.slice();
    },
    decode({ view, start, end }) {
      const found: Record<string, number> = {};
      eachAttribute(view, start, end, (_, from, to) => {
        if (to - from >= 8)
          found[String(view.getUint32(from, littleEndian))] = view.getUint32(from + 4, littleEndian);
      });
      return found;
    },
    agrees: (wanted, found) => Object.entries(wanted).every(([from, to]) => (found[from] ?? 0) === to),
    samples: [{ '1': 2 }, { '1': 3, '5': 7 }, { '1': 4, '5': 0 }],
    refused: ['x', '1', '1:2:3', '-1:2'],
  };
}

/** A value of any type as one text, to use as a key. */
export function keyText(value: Value): string {
  return typeof value === 'string' ? value : canonical(value);
}
