import { didYouMean } from '../model/nearest.ts';
import type { Value, Values } from '../model/value.ts';
import { Misfit, nameOf, textWritten, type Written } from '../model/written.ts';
import { eachAttribute, findAttribute, Writer } from '../wire/attributes.ts';
import { littleEndian, type Slice } from '../wire/bytes.ts';
import { IFLA, IFLA_BRIDGE } from '../wire/if-link.ts';
import { parseInteger } from '../wire/numbers.ts';
import { AF, RTM, SIZE } from '../wire/rtnetlink.ts';
import { readSwitch } from '../wire/words.ts';
import type { FoundEntry, Holder, Request, ToldList } from './list.ts';

/** Whose table is meant: the port's (kept by its master) or the bridge's own (uapi/linux/if_bridge.h). */
const BRIDGE_FLAGS = { MASTER: 1, SELF: 2 } as const;
const BRIDGE_VLAN_INFO = { PVID: 2, UNTAGGED: 4, RANGE_BEGIN: 8, RANGE_END: 16 } as const;

/** Bytes of struct br_vlan_msg, and what stands behind it (uapi/linux/if_bridge.h). */
const BR_VLAN_MSG = 8;
const BRIDGE_VLANDB = { ENTRY: 1, ENTRY_INFO: 1, ENTRY_RANGE: 2 } as const;

const onOff = { enum: [true, false, 'on', 'off', 1, 0] } as const;
const fields = {
  vid: {
    doc: 'The VLAN, or a range of them: `10`, `20-22`.',
    takes: '1 to 4094, or a range as 20-22',
    schema: { type: ['integer', 'string'] },
    required: true,
  },
  pvid: { doc: 'Packets that come in without a tag are in this VLAN.', schema: onOff },
  untagged: { doc: 'Packets of this VLAN leave without a tag.', schema: onOff },
} as const;

/** The VLANs a bridge's port is in, or the bridge itself (bridge(8), `bridge vlan`). */
export const vlans: ToldList = {
  name: 'vlans',
  summary:
    'The VLANs a bridge port is in; on a bridge, those of the bridge itself. What is not written is not managed: `20` alone puts the port in tagged, and leaves `pvid` and `untagged` of a VLAN that is there.',
  source: 'bridge-vlan',
  notice: 'always',
  canBeComplete: true,
  config: 'CONFIG_BRIDGE_VLAN_FILTERING',
  fields,
  schema: { type: ['integer', 'string'] },
  read(written) {
    if (written.is !== 'map') return range(written).map((vid) => ({ key: vid, fields: {} }));
    const flags: Record<string, Value> = {};
    let vids: readonly string[] | undefined;
    for (const { key, value } of written.entries) {
      if (key.text === 'vid') vids = range(value);
      else if (!Object.hasOwn(fields, key.text)) {
        throw new Misfit(
          key,
          `a VLAN of a port has no \`${key.text}\`${didYouMean(key.text, Object.keys(fields))}`,
        );
      } else flags[key.text] = readSwitch(value);
    }
    if (vids === undefined) throw new Misfit(written, 'an entry of `vlans` needs `vid:`, as in { vid: 10 }');
    if (flags.pvid === true && vids.length > 1)
      throw new Misfit(written, 'a range of VLANs cannot be the `pvid`; name one');
    return vids.map((vid) => ({ key: vid, fields: flags }));
  },
  agrees: (wanted, found) => Object.entries(wanted).every(([key, value]) => found[key] === value),
  merged: (wanted, found) => ({ ...found, ...wanted }),
  add: (entry, holder) => [request(RTM.SETLINK, entry.key, entry.fields, holder)],
  remove: (entry, holder) => [request(RTM.DELLINK, entry.key, {}, holder)],
  samples: [{ untagged: true }, { pvid: true, untagged: true }],
  refused: ['', '0', '4095', '22-20', 'ten', '1-2-3'],
};

function range(written: Written): readonly string[] {
  const parts = textWritten(written, 'a VLAN such as 10, or a range such as 20-22').split('-');
  const [first = Number.NaN, last = first] = parts.map((part) => Number(parseInteger(part) ?? Number.NaN));
  if (parts.length > 2 || !(first >= 1 && last <= 4094 && first <= last)) {
    throw new Misfit(
      written,
      `${nameOf(written)} is not a VLAN (1 to 4094) or a range of them such as 20-22`,
    );
  }
  return Array.from({ length: last - first + 1 }, (_, i) => String(first + i));
}

function request(type: number, vid: string, flags: Values, holder: Holder): Request {
  const writer = new Writer(64).u8(AF.BRIDGE).u8(0).u16(0).u32(holder.ifindex).u32(0).u32(0);
  const spec = writer.open(IFLA.AF_SPEC);
  const whose = holder.kind === 'bridge' ? BRIDGE_FLAGS.SELF : BRIDGE_FLAGS.MASTER;
  writer.attribute(IFLA_BRIDGE.FLAGS, u16s(whose));
  const bits =
    (flags.pvid === true ? BRIDGE_VLAN_INFO.PVID : 0) |
    (flags.untagged === true ? BRIDGE_VLAN_INFO.UNTAGGED : 0);
  writer.attribute(IFLA_BRIDGE.VLAN_INFO, u16s(bits, Number(vid))).close(spec);
  return { type, flags: 0, body: writer.bytes.slice() };
}

function u16s(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 2);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    view.setUint16(i * 2, value, littleEndian);
  });
  return bytes;
}

/**
 * The VLANs an AF_BRIDGE link message tells of, ranges spread out; none where it carries no list.
 * `start` is where struct ifinfomsg begins.
 */
export function decodeVlans({ view, start, end }: Slice): readonly FoundEntry[] {
  const spec = findAttribute(view, start + SIZE.ifinfomsg, end, IFLA.AF_SPEC);
  if (spec === undefined) return [];
  const found: FoundEntry[] = [];
  let begin: number | undefined;
  eachAttribute(view, spec.start, spec.end, (type, from, to) => {
    if (type !== IFLA_BRIDGE.VLAN_INFO || to - from < 4) return;
    const bits = view.getUint16(from, littleEndian);
    const vid = view.getUint16(from + 2, littleEndian);
    if (bits & BRIDGE_VLAN_INFO.RANGE_BEGIN) {
      begin = vid;
      return;
    }
    found.push(...spread(bits, begin ?? vid, vid));
    begin = undefined;
  });
  return found;
}

/**
 * The VLANs an RTM_NEWVLAN or RTM_DELVLAN tells of, and the link they are on; `start` is where struct br_vlan_msg
 * (family, padding, u32 ifindex) begins. Each is a nest with struct bridge_vlan_info and, for a range, its last VLAN.
 */
export function decodeVlanNotice({ view, start, end }: Slice): {
  readonly ifindex: number;
  readonly entries: readonly FoundEntry[];
} {
  if (end - start < BR_VLAN_MSG) return { ifindex: 0, entries: [] };
  const entries: FoundEntry[] = [];
  eachAttribute(view, start + BR_VLAN_MSG, end, (type, from, to) => {
    if (type !== BRIDGE_VLANDB.ENTRY) return;
    const info = findAttribute(view, from, to, BRIDGE_VLANDB.ENTRY_INFO);
    if (info === undefined || info.end - info.start < 4) return;
    const first = view.getUint16(info.start + 2, littleEndian);
    const range = findAttribute(view, from, to, BRIDGE_VLANDB.ENTRY_RANGE);
    const last =
      range === undefined || range.end - range.start < 2 ? first : view.getUint16(range.start, littleEndian);
    entries.push(...spread(view.getUint16(info.start, littleEndian), first, last));
  });
  return { ifindex: view.getUint32(start + 4, littleEndian), entries };
}

function spread(bits: number, first: number, last: number): readonly FoundEntry[] {
  const fields = {
    pvid: (bits & BRIDGE_VLAN_INFO.PVID) !== 0,
    untagged: (bits & BRIDGE_VLAN_INFO.UNTAGGED) !== 0,
  };
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => ({
    key: String(first + i),
    fields,
    lasting: false,
  }));
}
