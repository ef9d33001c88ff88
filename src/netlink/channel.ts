import { Writer } from '../wire/attributes.ts';
import { bytesOf, littleEndian, type Slice, sliceOf, viewOf } from '../wire/bytes.ts';
import { isRequest } from '../wire/reflex.ts';
import { NLM_F, NLMSG, SIZE } from '../wire/rtnetlink.ts';
import { acknowledgementOf, eachMessage, OWN, type Received, wordsFor } from './messages.ts';
import type { Courier, NamedNamespace } from './namespaces.ts';
import type { LinkNumber, NetlinkSocket } from './native.ts';
import { type Answer, type RequestBody, unknownAnswer, writeRequest } from './request.ts';

/** Where requests go, and answers come from. */
export interface Exchanger {
  /** Sends all requests, and waits until each is answered. */
  exchange(requests: readonly RequestBody[]): Answer[];
  /** Asks for all of something; its messages go to the listener. False when it changed meanwhile and must be asked again. */
  dump(type: number, body: Uint8Array): boolean;
}

/** What a channel tells of: everything but the answers it waits for, in the order the kernel queued it. */
export interface Listener {
  message(received: Received): void;
  /** The socket overran, or a dump was interrupted: what was missed is unknown. */
  lost(): void;
}

/** Requests the kernel works on while something else is done. */
export interface Underway {
  /** Waits until they are through, and reads until each is answered. */
  finish(): Answer[];
}

/** Where requests can be sent without waiting for what comes of them. */
export interface Launcher {
  begin(requests: readonly RequestBody[]): Underway;
}

/** The same as the channel keeps it, until all its answers are there. */
interface Flight {
  readonly awaited: Set<number>;
  readonly answers: Map<number, Answer>;
  /** What sending it came to; undefined while nobody has waited for that. */
  sent: number | undefined;
  overran: boolean;
}

const ENOBUFS = 105;
/** So few requests do not wait for what is under way: between two of that the kernel takes them. */
const FEW = 8;
/** Where a request about a link or an address names its link, behind its header. */
const IFINDEX_AT = SIZE.nlmsghdr + 4;
/** A dump fills datagrams of at most 32 KiB (min_dump_alloc in net/netlink/af_netlink.c). */
const SLOT = 32 * 1024;
const SLOTS = 16;
/** How long an answer may stay out after an overrun before it counts as lost. */
const LOST_ANSWER_MS = 100;
/** rtnetlink answers inside sendmsg; this is only for a kernel that does not. */
const NO_ANSWER_MS = 30_000;
/** Sequence numbers above are those of reflexes. */
const MOST_SEQUENCE = 0x7fff_ffff;
/** The words of the state shared with the watcher (NetlinkSocket.useReflexes). */
const [MAY, SEQUENCE, LENGTH, MICROS, NSID, ANSWERED] = [0, 1, 2, 3, 4, 5] as const;
/** No request of a reflex is larger: it changes one thing. */
const REFLEX_BYTES = 1024;
const doneAnswer: Answer = { is: 'done' };

/**
 * Requests and notices on one netlink socket.
 * The kernel queues answers and notices of one socket in one order, so what is read here is never older than
 * what was read before: no answer overtakes a notice.
 */
export class Channel implements Exchanger, Launcher {
  readonly #socket: NetlinkSocket;
  readonly #listener: Listener;
  readonly #buffer = new Uint8Array(SLOT * SLOTS);
  readonly #view = viewOf(this.#buffer);
  readonly #found = new Int32Array(SLOTS * 2);
  readonly #writer = new Writer(64 * 1024);
  readonly #awaited = new Set<number>();
  readonly #answers = new Map<number, Answer>();
  /** What was sent aside and is not answered in full, in its order. */
  readonly #underway: Flight[] = [];
  readonly #reflex = new Int32Array(6);
  readonly #reflexRequest = new Uint8Array(REFLEX_BYTES);
  /** What was answered in another namespace. */
  readonly #reflexAnswered = new Uint8Array(SLOT);
  #reflexAnswer: Answer | undefined;
  #sequence = 1;
  #ended = -1;
  #interrupted = false;
  #overran = false;
  /** The namespace that what is asked for now is read from, without going there. */
  #about = OWN;
  #asked: Slice[] | undefined;
  /** The namespace of which it is to be known whether it is heard from. */
  #harked = OWN;
  #heard = false;

  constructor(socket: NetlinkSocket, listener: Listener) {
    this.#socket = socket;
    this.#listener = listener;
    socket.useReflexes(
      this.#buffer,
      SLOT,
      this.#found,
      this.#reflex,
      this.#reflexRequest,
      this.#reflexAnswered,
    );
  }

  get portId(): number {
    return this.#socket.portId;
  }

  /** Says how reflexes come into another namespace, which is heard from under an nsid. */
  reach(nsid: number, courier: Courier, to: NamedNamespace): void {
    this.#socket.reach(nsid, courier, to);
  }

  /** No reflex is left for another namespace. */
  unreach(nsid: number): void {
    this.#socket.unreach(nsid);
  }

  /** Whether reflexes may answer notices while nobody looks: not while something else is to be done first. */
  set reflexes(may: boolean) {
    this.#reflex[MAY] = may ? 1 : 0;
  }

  /** Whether a reflex answered and nobody has asked the same yet. */
  get hasReflexed(): boolean {
    return this.#reflex[SEQUENCE] !== 0;
  }

  /** The link a reflex answered for, if nobody has asked the same yet. */
  get reflexed(): LinkNumber | undefined {
    if (!this.hasReflexed) return undefined;
    const ifindex = viewOf(this.#reflexRequest).getInt32(IFINDEX_AT, littleEndian);
    return { nsid: this.#reflex[NSID] ?? OWN, ifindex };
  }

  /** How long ago the notice was read that is about to be received, in microseconds: a reflex took its time. */
  get reflexMicros(): number {
    return this.hasReflexed ? (this.#reflex[MICROS] ?? 0) : 0;
  }

  /** Gives up what a reflex sent: its answer is nobody's. */
  forgetReflex(): void {
    this.#reflex[SEQUENCE] = 0;
    this.#reflexAnswer = undefined;
  }

  /** Reads what is there, at most so many rounds; whether something may be left. */
  drain(rounds: number): boolean {
    // Fewer than there is room for: nothing is left, which the kernel need not be asked.
    // What a reflex answered is looked at before the notice of its repair is read.
    for (let i = 0; i < rounds; i++) if (this.#receive() < SLOTS || this.hasReflexed) return false;
    return true;
  }

  /** Sends all requests in one system call, but what a reflex has sent already, and reads until each is answered. */
  exchange(requests: readonly RequestBody[]): Answer[] {
    return this.exchangeAbout(OWN, requests);
  }

  /** The same with requests that read from another namespace (IFLA_TARGET_NETNSID), whose replies do not say so. */
  exchangeAbout(nsid: number, requests: readonly RequestBody[]): Answer[] {
    if (requests.length === 0) return [];
    if (requests.length > FEW) this.#settle();
    this.#await(nsid);
    const sequences = requests.map(
      (request) => this.#reflexSent(request) ?? this.#append(request, this.#awaited),
    );
    const sent = this.#writer.length === 0 ? 0 : this.#socket.send(this.#writer.bytes);
    if (sent < 0) return refusals(sequences, sent);
    while (this.#awaited.size > 0) {
      if (this.#receive() > 0) continue;
      if (!this.#socket.wait(this.#overran ? LOST_ANSWER_MS : NO_ANSWER_MS)) break;
    }
    return this.#answersTo(sequences, this.#answers);
  }

  /**
   * Sends requests from a thread of their own. What else is asked meanwhile is answered as ever, but all of
   * something or much at once waits for them: a dump would be interrupted by every one of them.
   */
  begin(requests: readonly RequestBody[]): Underway {
    this.#writer.clear();
    const flight: Flight = { awaited: new Set(), answers: new Map(), sent: undefined, overran: false };
    const sequences = requests.map((request) => this.#append(request, flight.awaited));
    const begun = this.#socket.sendAside(this.#writer.bytes);
    if (begun < 0) return { finish: () => refusals(sequences, begun) };
    this.#underway.push(flight);
    return {
      finish: () => {
        while (this.#underway.includes(flight)) this.#land();
        const { sent = 0, answers } = flight;
        return sent < 0 ? refusals(sequences, sent) : this.#answersTo(sequences, answers);
      },
    };
  }

  /** Asks for what is nobody's news: the replies are given here, from behind their headers. */
  ask(request: RequestBody, all = false): readonly Slice[] {
    const replies: Slice[] = [];
    this.#asked = replies;
    if (all) this.dump(request.type, request.body);
    else this.exchange([request]);
    this.#asked = undefined;
    return replies;
  }

  /** Reads all there is; whether anything of a namespace was among it. */
  catchUp(nsid: number): boolean {
    this.#await(OWN);
    this.#harked = nsid;
    this.#heard = false;
    while (this.#receive() === SLOTS);
    this.#harked = OWN;
    return this.#heard;
  }

  /** Tells of messages that were fetched in another namespace as if they had been heard from there. */
  tell(messages: Uint8Array, nsid: number): void {
    eachMessage(viewOf(messages), 0, messages.length, (message) => this.#listener.message(message), nsid);
  }

  dump(type: number, body: Uint8Array): boolean {
    return this.dumpAbout(OWN, type, body);
  }

  dumpAbout(nsid: number, type: number, body: Uint8Array): boolean {
    this.#settle();
    this.#await(nsid);
    const sequence = this.#append({ type, flags: 0, body }, this.#awaited, NLM_F.DUMP);
    if (this.#socket.send(this.#writer.bytes) < 0) return false;
    this.#ended = -1;
    this.#interrupted = false;
    while (this.#ended !== sequence) {
      if (this.#answers.has(sequence)) return false;
      if (this.#receive() > 0) continue;
      if (!this.#socket.wait(NO_ANSWER_MS)) return false;
    }
    return !this.#interrupted && !this.#overran;
  }

  #await(about: number): void {
    this.#about = about;
    this.#writer.clear();
    this.#awaited.clear();
    this.#answers.clear();
    this.#overran = false;
  }

  /** Writes a request; the number its answer will have. */
  #append(request: RequestBody, awaited: Set<number>, reply?: number): number {
    const sequence = this.#sequence;
    this.#sequence = sequence === MOST_SEQUENCE ? 1 : sequence + 1;
    awaited.add(sequence);
    writeRequest(this.#writer, request, sequence, reply);
    return sequence;
  }

  #answersTo(sequences: readonly number[], answers: ReadonlyMap<number, Answer>): Answer[] {
    const found = sequences.map((sequence) => answers.get(sequence) ?? unknownAnswer);
    if (found.includes(unknownAnswer)) this.#listener.lost();
    return found;
  }

  /** Waits for all that is under way; its answers are kept until somebody asks for them. */
  #settle(): void {
    while (this.#underway.length > 0) this.#land();
  }

  /** Waits for the oldest that is under way. */
  #land(): void {
    const [flight] = this.#underway;
    if (flight === undefined) return;
    flight.sent = this.#socket.joinSend();
    while (flight.sent >= 0 && flight.awaited.size > 0) {
      if (this.#receive() > 0) continue;
      // All answers were queued before it ended: what an overrun left none of is lost.
      if (flight.overran || !this.#socket.wait(NO_ANSWER_MS)) break;
    }
    this.#underway.shift();
  }

  /** The answer to a request that a reflex has sent into another namespace; then that is not sent again. */
  answered(nsid: number, request: RequestBody): Uint8Array | undefined {
    if (!this.#isReflex(nsid, request)) return undefined;
    this.forgetReflex();
    return this.#reflexAnswered.slice(0, this.#reflex[ANSWERED]);
  }

  #isReflex(nsid: number, request: RequestBody): boolean {
    if (!this.hasReflexed || this.#reflex[NSID] !== nsid) return false;
    return isRequest(this.#reflexRequest.subarray(0, this.#reflex[LENGTH]), request);
  }

  /** The number under which a reflex has sent the same; then that is not sent again. */
  #reflexSent(request: RequestBody): number | undefined {
    const sequence = (this.#reflex[SEQUENCE] ?? 0) >>> 0;
    if (!this.#isReflex(OWN, request)) return undefined;
    if (this.#reflexAnswer === undefined) this.#awaited.add(sequence);
    else this.#answers.set(sequence, this.#reflexAnswer);
    this.forgetReflex();
    return sequence;
  }

  /** One system call; how many datagrams were read, or may have been lost. */
  #receive(): number {
    const count = this.#socket.receive(this.#buffer, SLOT, this.#found);
    if (count === -ENOBUFS) {
      this.#overran = true;
      for (const flight of this.#underway) flight.overran = true;
      // The answer to what a reflex sent may be among what is lost; should it come after all, that counts.
      if (this.#reflex[SEQUENCE] !== 0) this.#reflexAnswer ??= unknownAnswer;
      this.#listener.lost();
      return SLOTS;
    }
    for (let i = 0; i < count; i++) {
      const length = this.#found[2 * i] ?? 0;
      if (length > SLOT) this.#listener.lost();
      else eachMessage(this.#view, i * SLOT, i * SLOT + length, this.#sort, this.#found[2 * i + 1]);
    }
    return Math.max(0, count);
  }

  readonly #sort = (message: Received): void => {
    const ours = message.port === this.#socket.portId && message.nsid === OWN;
    if (message.nsid === this.#harked && message.nsid !== OWN) this.#heard = true;
    if (message.flags & NLM_F.DUMP_INTR && ours) this.#interrupted = true;
    if (message.type === NLMSG.DONE) {
      if (ours) this.#ended = message.sequence;
    } else if (message.type === NLMSG.ERROR) {
      const { errno, words } = acknowledgementOf(message);
      const answer: Answer = errno === 0 ? doneAnswer : { is: 'refused', errno, words };
      const flight = this.#underway.find(({ awaited }) => awaited.delete(message.sequence));
      if (flight !== undefined) flight.answers.set(message.sequence, answer);
      else if (this.#awaited.delete(message.sequence)) this.#answers.set(message.sequence, answer);
      else if (message.sequence === (this.#reflex[SEQUENCE] ?? 0) >>> 0) this.#reflexAnswer = answer;
    } else if (ours && this.#asked !== undefined && this.#awaited.has(message.sequence)) {
      this.#asked.push(sliceOf(bytesOf(message)));
    } else if (ours && this.#about !== OWN && this.#awaited.has(message.sequence)) {
      this.#listener.message({ ...message, nsid: this.#about, asked: true });
    } else this.#listener.message(message);
  };
}

function refusals(requests: readonly unknown[], error: number): Answer[] {
  const refusal: Answer = { is: 'refused', errno: -error, words: wordsFor(-error) };
  return requests.map(() => refusal);
}
