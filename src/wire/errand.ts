import type { Slice } from './bytes.ts';

/** What is asked of the kernel beside rtnetlink: on a socket opened for it, in the namespace it is about, and closed again. */
export type Errand = GenericErrand | InterfaceErrand;

/** A request of generic netlink; a family is known by name, its number is the kernel's choice. */
export interface GenericErrand {
  readonly by: 'generic-netlink';
  readonly family: string;
  readonly version: number;
  readonly command: number;
  /** Asks for all there is. */
  readonly dump?: true;
  /** What stands behind struct genlmsghdr. */
  readonly attributes: Uint8Array;
}

/** An ioctl on a link (netdevice(7)); what `ifr_data` points to, large enough for whatever the kernel writes there. */
export interface InterfaceErrand {
  readonly by: 'ioctl';
  readonly link: string;
  readonly request: number;
  readonly data: Uint8Array;
  /** What is asked instead should the kernel answer with this errno. */
  readonly otherwise?: { readonly errno: number; readonly request: number };
}

/** What the kernel gave back: messages from behind struct genlmsghdr, or what `ifr_data` points to afterwards. */
export type Replies = readonly Slice[];
