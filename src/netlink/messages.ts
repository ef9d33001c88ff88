import { getSystemErrorMap } from 'node:util';
import { findAttribute } from '../wire/attributes.ts';
import { littleEndian, textOf } from '../wire/bytes.ts';
import { NLM_F, NLMSGERR_ATTR, SIZE } from '../wire/rtnetlink.ts';

/** The nsid of what was heard in the socket's own namespace. */
export const OWN = -1;

/** One netlink message as it was received; `start` is where its body begins. Valid until the next receive. */
export interface Received {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** The port of the socket whose request this tells of; 0 where the kernel does not say. */
  readonly port: number;
  /** The nsid of the namespace it tells of, {@link OWN} for the socket's own. */
  readonly nsid: number;
  /** It was asked for from outside: numbers of namespaces in it are those of the socket's own, not of the one it tells of. */
  readonly asked?: true;
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
}

/** Calls `visit` for each message of a datagram. */
export function eachMessage(
  view: DataView,
  start: number,
  end: number,
  visit: (message: Received) => void,
  nsid: number = OWN,
): void {
  let at = start;
  while (at + SIZE.nlmsghdr <= end) {
    const length = view.getUint32(at, littleEndian);
    if (length < SIZE.nlmsghdr || at + length > end) return;
    visit({
      type: view.getUint16(at + 4, littleEndian),
      flags: view.getUint16(at + 6, littleEndian),
      sequence: view.getUint32(at + 8, littleEndian),
      port: view.getUint32(at + 12, littleEndian),
      nsid,
      view,
      start: at + SIZE.nlmsghdr,
      end: at + length,
    });
    at += (length + 3) & ~3;
  }
}

/** What the kernel answered to a request: 0, or an errno with its own words where it gave some. */
export interface Acknowledgement {
  readonly errno: number;
  readonly words: string;
}

const done: Acknowledgement = { errno: 0, words: '' };

/** The answer in an NLMSG_ERROR: struct nlmsgerr and, behind it, the extended acknowledgement (linux/netlink.h). */
export function acknowledgementOf({ view, start, end, flags }: Received): Acknowledgement {
  const error = view.getInt32(start, littleEndian);
  if (error === 0) return done;
  const repeated = flags & NLM_F.CAPPED ? SIZE.nlmsghdr : (view.getUint32(start + 4, littleEndian) + 3) & ~3;
  const message =
    flags & NLM_F.ACK_TLVS ? findAttribute(view, start + 4 + repeated, end, NLMSGERR_ATTR.MSG) : undefined;
  return { errno: -error, words: wordsFor(-error, message === undefined ? undefined : textOf(message)) };
}

/** Errnos whose words in libuv are not what everybody knows from strerror(3). */
const known: Readonly<Record<number, string>> = {
  1: 'Operation not permitted',
  16: 'Device or resource busy',
  17: 'File exists',
  19: 'No such device',
  22: 'Invalid argument',
  34: 'Numerical result out of range',
  95: 'Operation not supported',
  99: 'Cannot assign requested address',
};

/** What to show for an errno: the kernel's sentence if it gave one, and always the errno's name. */
export function wordsFor(errno: number, sentence?: string): string {
  const [name, words] = getSystemErrorMap().get(-errno) ?? [`errno ${errno}`, 'unknown error'];
  const shown = errno === 95 ? 'EOPNOTSUPP' : name;
  return `${sentence || known[errno] || words} (${shown})`;
}
