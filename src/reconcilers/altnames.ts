import { Misfit, textWritten } from '../model/written.ts';
import { Writer } from '../wire/attributes.ts';
import { linkNameFault } from '../wire/composites.ts';
import { IFLA } from '../wire/if-link.ts';
import { NLM_F, RTM } from '../wire/rtnetlink.ts';
import type { Holder, Request, ToldList } from './list.ts';

/** Longest alternative name, without its NUL (ALTIFNAMSIZ in uapi/linux/if.h). */
const ALTIFNAMSIZ = 127;

/** Alternative names of a link (RTM_NEWLINKPROP, IFLA_PROP_LIST). */
export const altnames: ToldList = {
  name: 'altnames',
  summary: 'Further names of the link, of up to 127 bytes, by which `ip` finds it too.',
  source: 'link',
  notice: 'when-up',
  canBeComplete: false,
  fields: {},
  schema: { type: 'string', maxLength: ALTIFNAMSIZ },
  read(written) {
    const name = textWritten(written, 'a name');
    const long = Buffer.byteLength(name) > ALTIFNAMSIZ;
    const fault = long ? `a further name has at most ${ALTIFNAMSIZ} bytes` : linkNameFault(name.slice(0, 15));
    if (fault !== undefined) throw new Misfit(written, fault);
    return [{ key: name, fields: {} }];
  },
  agrees: () => true,
  merged: (wanted) => wanted,
  add: ({ key }, holder) => [property(RTM.NEWLINKPROP, NLM_F.CREATE | NLM_F.EXCL, key, holder)],
  remove: ({ key }, holder) => [property(RTM.DELLINKPROP, 0, key, holder)],
  samples: [],
  refused: ['', 'a name', 'x'.repeat(128)],
};

function property(type: number, flags: number, name: string, holder: Holder): Request {
  const writer = new Writer(256).u8(0).u8(0).u16(0).u32(holder.ifindex).u32(0).u32(0);
  const list = writer.open(IFLA.PROP_LIST);
  writer.attribute(IFLA.ALT_IFNAME, Buffer.from(`${name}\0`)).close(list);
  return { type, flags, body: writer.bytes.slice() };
}
