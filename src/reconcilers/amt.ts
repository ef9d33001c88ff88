import { Misfit } from '../model/written.ts';
import { ipv4, mac } from '../wire/addresses.ts';
import { linkRef } from '../wire/composites.ts';
import { isGroup } from '../wire/endpoints.ts';
import { IFLA, IFLA_AMT } from '../wire/if-link.ts';
import { u16be, u32 } from '../wire/numbers.ts';
import type { WireType } from '../wire/type.ts';
import { oneOf } from '../wire/words.ts';
import { mtuWithin } from './every-link.ts';
import { attr, defineKind, info, type Lint } from './kind.ts';

/** It has no changelink: everything is for life (drivers/net/amt.c). */
const made = { change: 'recreate', notice: 'always' } as const;

/** An address one host has: amt_newlink refuses this network’s, the loopback’s and groups. */
const hostAddress: WireType<string> = {
  ...ipv4(),
  read(written) {
    const text = ipv4().read(written);
    const first = Number.parseInt(text, 10);
    if (first === 0 || first === 127 || isGroup(text))
      throw new Misfit(written, `${text} is no address of one host`);
    return text;
  },
  refused: [...ipv4().refused, '0.0.0.0', '127.0.0.1', '224.0.0.1'],
};

const discoveryOfGateways: Lint = {
  severity: 'error',
  check({ mode, discovery }) {
    if (mode === 'gateway' && discovery === undefined)
      return { key: 'mode', message: 'a gateway needs `discovery`: the address that relays answer to' };
    return mode === 'relay' && discovery !== undefined
      ? { key: 'discovery', message: '`discovery` is how a gateway finds a relay; a relay has none' }
      : undefined;
  },
};

export const amt = defineKind({
  name: 'amt',
  summary: 'Multicast over a network that has none (RFC 7450).',
  when: 'A relay stands where multicast comes from, a gateway at whoever wants it. Within one network an IGMP proxy will do.',
  knows: ['A gateway needs `discovery`, the address by which it finds a relay.'],
  triedOn: ['6.12'],
  kernel: { kind: 'amt', module: 'amt', since: '5.16' },
  // Gateways bind it too (amt_socket_create).
  apart: { relay_port: null },
  fields: {
    // The kernel works it out of that of `dev`, whatever the creating message says.
    mtu: mtuWithin({ min: 108, max: 65495 }, { twice: true }),
    // It has no ndo_set_mac_address: the creating message alone decides.
    address: attr(IFLA.ADDRESS, mac(), made, 'The hardware (MAC) address.'),
    mode: info(
      IFLA_AMT.MODE,
      oneOf(u32(), { gateway: 0, relay: 1 }),
      { ...made, required: true },
      'Which end of the tunnel it is.',
    ),
    dev: info(IFLA_AMT.LINK, linkRef(), { ...made, required: true }, 'The link the tunnel goes over.'),
    local: info(
      IFLA_AMT.LOCAL_IP,
      hostAddress,
      { ...made, required: true },
      'The own address of the tunnel.',
    ),
    discovery: info(IFLA_AMT.DISCOVERY_IP, hostAddress, made, 'For a gateway: where it looks for a relay.'),
    relay_port: info(IFLA_AMT.RELAY_PORT, u16be({ min: 1 }), made, 'The UDP port of the relay.'),
    gateway_port: info(IFLA_AMT.GATEWAY_PORT, u16be({ min: 1 }), made, 'The UDP port of the gateway.'),
    max_tunnels: info(
      IFLA_AMT.MAX_TUNNELS,
      u32({ min: 1 }),
      made,
      'For a relay: how many gateways it serves.',
    ),
  },
  lints: [discoveryOfGateways],
  left: { REMOTE_IP: 'the relay a gateway found' },
});
