import { queues } from './every-link.ts';
import { defineKind } from './kind.ts';

export const dummy = defineKind({
  name: 'dummy',
  summary: 'A link that is always up and swallows what is sent to it.',
  when: 'For addresses that must not depend on a cable (a router’s loopback address), and for tests.',
  knows: [
    'Loading its module makes a `dummy0` in the host’s namespace, unless the module’s option `numdummies=0` is set: use another name, or adopt it.',
  ],
  fields: queues,
});
