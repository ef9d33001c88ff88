import { defineKind } from './kind.ts';
import { macvlanFields, macvlanKnows, macvlanLeft, macvlanTakes } from './macvlan.ts';
import { tapNode } from './tap-node.ts';

export const macvtap = defineKind({
  name: 'macvtap',
  summary: 'A macvlan that a program reads and writes, through `/dev/tapN`.',
  when: 'To put a virtual machine on the network of a card without a bridge. For containers: macvlan; where the machine must reach its host: a tap on a bridge.',
  knows: macvlanKnows,
  takes: macvlanTakes,
  fields: macvlanFields,
  groups: { node: tapNode },
  left: macvlanLeft,
});
