import { defineKind } from './kind.ts';

export const device = defineKind({
  name: 'device',
  summary: 'A link somebody else makes: a network card, a tap of a virtual machine.',
  when: 'The default. vnetd waits for it and keeps it as written, and never makes or deletes it.',
  knows: ['A card that takes long to appear is waited for, and kept as written from the moment it is there.'],
  made: false,
  kernel: null,
  fields: {},
  address: 'none',
});
