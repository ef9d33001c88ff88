import type { Values } from '../model/value.ts';
import { ipBytes, ipText } from '../wire/addresses.ts';

/** What tells an address from the others of its link, and its peer as far as that does not say it. */
export interface AddressKey {
  readonly key: string;
  readonly peer?: string;
}

/**
 * `10.0.0.1/24`, or with a peer elsewhere `10.0.0.1 peer 10.0.0.2/32`; the length is that of the peer's prefix.
 * IPv4 has an address once for each network it reaches, which is the peer's (__inet_insert_ifa in net/ipv4/devinet.c);
 * IPv6 has it once, whatever its peer is, so the key names none.
 */
export function addressKey(local: Uint8Array, peer: Uint8Array, length: number): AddressKey {
  const own = ipText(local) ?? '';
  const other = ipText(peer) ?? '';
  if (own === other) return { key: `${own}/${length}` };
  if (local.length === 16) return { key: `${own}/128`, peer: `${other}/${length}` };
  const network = ipText(networkOf(peer, length)) ?? '';
  if (network === ipText(networkOf(local, length)))
    return { key: `${own}/${length}`, peer: `${other}/${length}` };
  const key = `${own} peer ${network}/${length}`;
  return network === other ? { key } : { key, peer: `${other}/${length}` };
}

/** What a request for such an address carries. */
export function addressParts(
  key: string,
  { peer }: Values,
): { readonly local: Uint8Array; readonly peer: Uint8Array; readonly length: number } {
  const [own = '', network = own] = key.split(' peer ');
  const [other = '', length = '0'] = (typeof peer === 'string' ? peer : network).split('/');
  const bytes = (text: string) => ipBytes(text) ?? new Uint8Array(4);
  return { local: bytes(own.replace(/\/.*/, '')), peer: bytes(other), length: Number(length) };
}

/** Equal for two addresses the kernel will not have beside each other (IPv6: ipv6_chk_same_addr in net/ipv6/addrconf.c). */
export function sameAddress(key: string): string {
  return key.includes(':') ? key.replace(/\/.*/, '') : key;
}

/** The network an IPv4 address reaches, which it shares with its secondaries; an IPv6 address has none. */
export function networkReached(key: string): string {
  const { local, peer, length } = addressParts(key, {});
  return local.length === 16 ? key : `${ipText(networkOf(peer, length))}/${length}`;
}

function networkOf(address: Uint8Array, length: number): Uint8Array {
  return address.map((byte, i) => byte & ~hostBits(i, length));
}

/** The bits of a byte of an address that are not of its prefix. */
export function hostBits(byte: number, length: number): number {
  return 0xff >> Math.min(8, Math.max(0, length - byte * 8));
}
