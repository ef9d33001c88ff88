import { Writer } from '../wire/attributes.ts';
import { viewOf } from '../wire/bytes.ts';
import { NLM_F, NLMSG, SIZE } from '../wire/rtnetlink.ts';
import { acknowledgementOf, eachMessage, type Received, wordsFor } from './messages.ts';
import type { NetlinkSocket } from './native.ts';

/** A request without its header. */
export interface RequestBody {
  readonly type: number;
  /** Beside NLM_F_REQUEST and NLM_F_ACK. */
  readonly flags: number;
  readonly body: Uint8Array;
}

/** What became of a request; `unknown` when the kernel's answer was lost with an overrun. */
export type Answer =
  | { readonly is: 'done' }
  | { readonly is: 'refused'; readonly errno: number; readonly words: string }
  | { readonly is: 'unknown' };

/** What a channel tells of: everything but the answers it waits for, in the order the kernel queued it. */
export interface Listener {
  message(received: Received): void;
  /** The socket overran, or a dump was interrupted: what was missed is unknown. */
  lost(): void;
}

const ENOBUFS = 105;
/** A dump fills datagrams of at most 32 KiB (min_dump_alloc in net/netlink/af_netlink.c). */
const SLOT = 32 * 1024;
const SLOTS = 16;
/** How long an answer may stay out after an overrun before it counts as lost. */
const LOST_ANSWER_MS = 100;
/** rtnetlink answers inside sendmsg; this is only for a kernel that does not. */
const NO_ANSWER_MS = 30_000;
const doneAnswer: Answer = { is: 'done' };
const unknownAnswer: Answer = { is: 'unknown' };

/**
 * Requests and notices on one netlink socket.
 * The kernel queues answers and notices of one socket in one order, so what is read here is never older than
 * what was read before: no answer overtakes a notice.
 */
export class Channel {
  readonly #socket: NetlinkSocket;
  readonly #listener: Listener;
  readonly #buffer = new Uint8Array(SLOT * SLOTS);
  readonly #view = viewOf(this.#buffer);
  readonly #found = new Int32Array(SLOTS * 2);
  readonly #writer = new Writer(64 * 1024);
  readonly #answers = new Map<number, Answer>();
  #sequence = 1;
  #ended = -1;
  #interrupted = false;
  #overran = false;

  constructor(socket: NetlinkSocket, listener: Listener) {
    this.#socket = socket;
    this.#listener = listener;
  }

  get portId(): number {
    return this.#socket.portId;
  }

  /** Reads what is there, at most so many rounds; whether something may be left. */
  drain(rounds: number): boolean {
    // Fewer than there is room for: nothing is left, which the kernel need not be asked.
    for (let i = 0; i < rounds; i++) if (this.#receive() < SLOTS) return false;
    return true;
  }

  /** Sends all requests in one system call and reads until each is answered. */
  exchange(requests: readonly RequestBody[]): Answer[] {
    if (requests.length === 0) return [];
    const first = this.#sequence;
    this.#writer.clear();
    for (const request of requests) this.#append(request, NLM_F.REQUEST | NLM_F.ACK | request.flags);
    const sent = this.#socket.send(this.#writer.bytes);
    if (sent < 0) {
      const refusal: Answer = { is: 'refused', errno: -sent, words: wordsFor(-sent) };
      return requests.map(() => refusal);
    }
    this.#answers.clear();
    this.#overran = false;
    const last = first + requests.length;
    while (this.#answers.size < requests.length) {
      if (this.#receive() > 0) continue;
      if (!this.#socket.wait(this.#overran ? LOST_ANSWER_MS : NO_ANSWER_MS)) break;
    }
    const answers: Answer[] = [];
    for (let sequence = first; sequence < last; sequence++)
      answers.push(this.#answers.get(sequence) ?? unknownAnswer);
    if (answers.includes(unknownAnswer)) this.#listener.lost();
    return answers;
  }

  /** Asks for all of something; its messages go to the listener. False when it changed meanwhile and must be asked again. */
  dump(type: number, body: Uint8Array): boolean {
    this.#writer.clear();
    const sequence = this.#sequence;
    this.#append({ type, flags: 0, body }, NLM_F.REQUEST | NLM_F.DUMP);
    if (this.#socket.send(this.#writer.bytes) < 0) return false;
    this.#ended = -1;
    this.#interrupted = false;
    this.#overran = false;
    this.#answers.clear();
    while (this.#ended !== sequence) {
      if (this.#answers.has(sequence)) return false;
      if (this.#receive() > 0) continue;
      if (!this.#socket.wait(NO_ANSWER_MS)) return false;
    }
    return !this.#interrupted && !this.#overran;
  }

  #append({ type, body }: RequestBody, flags: number): void {
    this.#writer
      .u32(SIZE.nlmsghdr + body.length)
      .u16(type)
      .u16(flags)
      .u32(this.#sequence++)
      .u32(0)
      .raw(body)
      .pad();
  }

  /** One system call; how many datagrams were read, or may have been lost. */
  #receive(): number {
    const count = this.#socket.receive(this.#buffer, SLOT, this.#found);
    if (count === -ENOBUFS) {
      this.#overran = true;
      this.#listener.lost();
      return SLOTS;
    }
    for (let i = 0; i < count; i++) {
      const length = this.#found[2 * i] ?? 0;
      if (length > SLOT) this.#listener.lost();
      else eachMessage(this.#view, i * SLOT, i * SLOT + length, this.#sort);
    }
    return Math.max(0, count);
  }

  readonly #sort = (message: Received): void => {
    const ours = message.port === this.#socket.portId;
    if (message.flags & NLM_F.DUMP_INTR && ours) this.#interrupted = true;
    if (message.type === NLMSG.DONE) {
      if (ours) this.#ended = message.sequence;
    } else if (message.type === NLMSG.ERROR) {
      const { errno, words } = acknowledgementOf(message);
      this.#answers.set(message.sequence, errno === 0 ? doneAnswer : { is: 'refused', errno, words });
    } else this.#listener.message(message);
  };
}
