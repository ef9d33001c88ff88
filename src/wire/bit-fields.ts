import { littleEndian, type Slice } from './bytes.ts';
import type { WireType } from './type.ts';
import { onOff } from './words.ts';

/** Some bits of a number that may have others for other things. */
export interface BitField {
  readonly bytes: 1 | 2 | 4;
  readonly order: 'host' | 'network';
  /** The place of its lowest bit, and how many there are. */
  readonly lowest: number;
  readonly width: number;
}

/** The number with these bits set to a value and all others 0. */
export function bytesWith(field: BitField, value: number): Uint8Array {
  const payload = new Uint8Array(field.bytes);
  const view = new DataView(payload.buffer);
  const number = ((value & maskOf(field)) << field.lowest) >>> 0;
  const little = field.order === 'host' && littleEndian;
  if (field.bytes === 1) view.setUint8(0, number);
  else if (field.bytes === 2) view.setUint16(0, number, little);
  else view.setUint32(0, number, little);
  return payload;
}

/** What these bits are; undefined where the payload is too short. */
export function bitsIn(field: BitField, { view, start, end }: Slice): number | undefined {
  if (end - start < field.bytes) return undefined;
  const little = field.order === 'host' && littleEndian;
  const number =
    field.bytes === 1
      ? view.getUint8(start)
      : field.bytes === 2
        ? view.getUint16(start, little)
        : view.getUint32(start, little);
  return ((number >>> field.lowest) & maskOf(field)) >>> 0;
}

function maskOf({ width }: BitField): number {
  return width === 32 ? 0xffff_ffff : (1 << width) - 1;
}

/** A switch that is one bit of a number; rows that share the attribute are OR-ed together. */
export function bitOf(bytes: 2 | 4, bit: number, order: BitField['order'] = 'host'): WireType<boolean> {
  const field: BitField = { bytes, order, lowest: bit, width: 1 };
  return {
    ...onOff,
    name: `bit ${bit} of u${bytes * 8}${order === 'network' ? 'be' : ''}`,
    encode: (value) => bytesWith(field, value ? 1 : 0),
    decode(slice) {
      const value = bitsIn(field, slice);
      return value === undefined ? undefined : value === 1;
    },
  };
}
