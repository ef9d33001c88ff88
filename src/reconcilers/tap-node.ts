import { account, permissions } from '../wire/files.ts';
import { facet, type Group } from './kind.ts';

/** The device node of a macvtap or ipvtap, which the kernel makes for root alone, with the link (drivers/net/tap.c). */
export const tapNode: Group = {
  doc: 'Who may open `/dev/tapN`, where N is the number of the link; `vnetctl show` names it.',
  fields: {
    owner: facet(
      'node',
      account('user', ['root', 'nobody', '33']),
      { notice: 'always' },
      'The user who owns the device node, by name as `/etc/passwd` has it, or by number.',
    ),
    group: facet(
      'node',
      account('group', ['root', 'daemon', '33']),
      { notice: 'always' },
      'The group of the device node, by name as `/etc/group` has it, or by number.',
    ),
    mode: facet('node', permissions, { notice: 'always' }, 'Who may read and write the device node.'),
  },
};
