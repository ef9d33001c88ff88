import { sameValue } from '../model/value.ts';
import { Misfit, nameOf, textWritten, type Written } from '../model/written.ts';
import { littleEndian } from './bytes.ts';
import { itemsOf } from './composites.ts';
import { parseInteger } from './numbers.ts';
import type { WireType } from './type.ts';

const MOST = 4095;

/** A set of VLAN identifiers, 0 to 4095: numbers and ranges as in `20-22`, one or a list. Kept and compared sorted. */
export function vlanSet(): WireType<readonly number[]> {
  const one = { type: 'integer', minimum: 0, maximum: MOST } as const;
  const range = { type: 'string', pattern: '^[0-9]+(-[0-9]+)?$' } as const;
  return {
    name: 'set of VLANs',
    range: `numbers from 0 to ${MOST} or ranges as in 20-22, one or a list`,
    schema: { anyOf: [one, range, { type: 'array', items: { anyOf: [one, range] } }] },
    read: (written) => sorted(itemsOf(written).flatMap(readRange)),
    encode(value) {
      const view = new DataView(new ArrayBuffer(value.length * 2));
      for (const [i, vlan] of value.entries()) view.setUint16(i * 2, vlan, littleEndian);
      return new Uint8Array(view.buffer);
    },
    decode({ view, start, end }) {
      const found: number[] = [];
      for (let at = start; at + 2 <= end; at += 2) found.push(view.getUint16(at, littleEndian));
      return found.some((vlan) => vlan > MOST) ? undefined : sorted(found);
    },
    agrees: (wanted, found) => sameValue(wanted, found),
    samples: [[], [0, MOST], [20, 21, 22], [7]],
    refused: ['', 'x', '-1', '4096', '22-20', '1-4096', '1-2-3'],
  };
}

function readRange(item: Written): readonly number[] {
  const text = textWritten(item, 'a VLAN, or a range of them');
  const [first = Number.NaN, last = first, ...rest] = text
    .split('-')
    .map((part) => Number(parseInteger(part) ?? Number.NaN));
  if (rest.length > 0 || !(first >= 0 && last >= first && last <= MOST))
    throw new Misfit(
      item,
      `${nameOf(item)} is not a VLAN from 0 to ${MOST}, nor a range of them as in 20-22`,
    );
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

function sorted(vlans: readonly number[]): readonly number[] {
  return [...new Set(vlans)].sort((a, b) => a - b);
}
