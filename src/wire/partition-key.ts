import { Misfit, nameOf, textWritten } from '../model/written.ts';
import { littleEndian } from './bytes.ts';
import { parseInteger } from './numbers.ts';
import type { WireType } from './type.ts';

/** The bit of full membership (InfiniBand Architecture Specification, volume 1, section 10.9). */
const FULL_MEMBER = 0x8000;

const range = '0x8001 to 0xffff';

/**
 * The key of an InfiniBand partition, two bytes in host order, shown as ip(8) shows it: `0x8001`.
 * Written without the bit of full membership it is the same: the kernel sets it (ipoib_ndo_init in ipoib_main.c).
 */
export const partitionKey: WireType<string> = {
  name: 'partition key in u16',
  range,
  schema: {
    anyOf: [
      { type: 'integer', minimum: 1, maximum: 0xffff },
      { type: 'string', pattern: '^0[xX][0-9a-fA-F]{1,4}$' },
    ],
  },
  read(written) {
    const number = Number(parseInteger(textWritten(written, `a partition key (${range})`)));
    if (!(number > 0 && number <= 0xffff) || number === FULL_MEMBER) {
      throw new Misfit(written, `${nameOf(written)} is not the key of a partition, ${range}`);
    }
    return text(number | FULL_MEMBER);
  },
  encode(value) {
    const bytes = new Uint8Array(2);
    new DataView(bytes.buffer).setUint16(0, Number(value), littleEndian);
    return bytes;
  },
  decode: ({ view, start, end }) => (end - start < 2 ? undefined : text(view.getUint16(start, littleEndian))),
  agrees: (wanted, found) => wanted === found,
  samples: ['0x8001', '0x8009', '0x80aa', '0xfff0', '0xffff'],
  refused: ['', 'x', '0', '0x8000', '0x10000', '-1', '1.5'],
};

function text(number: number): string {
  return `0x${number.toString(16).padStart(4, '0')}`;
}
