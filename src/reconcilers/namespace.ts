import { defineKind } from './kind.ts';

export const namespace = defineKind({
  name: 'namespace',
  summary: 'A network namespace with a name, as `ip netns` has them in /run/netns, and the links in it.',
  when: 'To keep a container’s or a customer’s links, addresses and routes apart. vnetd makes it where there is none, adopts one that is there, and takes away only what it made.',
  declaredUnder: 'namespaces',
  kernel: { kind: 'netns' },
  address: 'none',
  fields: {},
  stranger(id, found) {
    switch (found) {
      case 'host':
        return `${id} is the namespace vnetd runs in, by another name; its links stand at the top, under \`links\``;
      case 'unheard':
        return `${id} cannot be heard of: the kernel gave it no number`;
      default:
        return `${id} is the namespace ${found} by another name; its links stand there`;
    }
  },
});
