import { Misfit, nameOf, textWritten } from '../model/written.ts';
import { parseInteger, u32 } from './numbers.ts';
import type { WireType } from './type.ts';

/** The MTU of classic CAN and of CAN FD, and the least and the most of CAN XL (uapi/linux/can.h). */
const [classic, fd, leastXl, mostXl] = [16, 72, 76, 2060];

const range = `${classic} (classic CAN), ${fd} (CAN FD), or ${leastXl} to ${mostXl} (CAN XL)`;

/** How long a frame may be on a CAN link, as that says which CAN it is. */
export const canMtu: WireType<number | string> = {
  ...u32(),
  name: 'u32 of CAN',
  range,
  schema: { anyOf: [{ enum: [classic, fd] }, { type: 'integer', minimum: leastXl, maximum: mostXl }] },
  read(written) {
    const n = Number(parseInteger(textWritten(written, `a number (${range})`)) ?? Number.NaN);
    if (n !== classic && n !== fd && !(n >= leastXl && n <= mostXl))
      throw new Misfit(written, `${nameOf(written)} is not ${range}`);
    return n;
  },
  samples: [fd, classic, leastXl, mostXl],
  refused: ['', 'x', '15', '17', '71', '73', '75', '2061', '1.5'],
};
