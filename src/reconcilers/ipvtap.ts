import { ipvlanFields, ipvlanKnows, ipvlanLacks, ipvlanTakes } from './ipvlan.ts';
import { defineKind } from './kind.ts';
import { tapNode } from './tap-node.ts';

export const ipvtap = defineKind({
  name: 'ipvtap',
  summary: 'An ipvlan that a program reads and writes, through `/dev/tapN`.',
  when: 'For a virtual machine where a macvtap would do but the switch allows one MAC a port. For containers: ipvlan.',
  knows: ipvlanKnows,
  address: 'lower',
  lacks: ipvlanLacks,
  takes: ipvlanTakes,
  fields: ipvlanFields,
  groups: { node: tapNode },
});
