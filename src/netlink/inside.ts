import { Writer } from '../wire/attributes.ts';
import { viewOf } from '../wire/bytes.ts';
import { IFLA } from '../wire/if-link.ts';
import { AF, IFA, NLM_F, NLMSG, RTM } from '../wire/rtnetlink.ts';
import type { Channel, Exchanger } from './channel.ts';
import { acknowledgementOf, eachMessage } from './messages.ts';
import { type Courier, lostTheWay, type NamedNamespace } from './namespaces.ts';
import { ExchangeError, NativeError } from './native.ts';
import { type Answer, type RequestBody, unknownAnswer, writeRequest } from './request.ts';

/**
 * The way into another namespace. What the kernel tells from outside is asked on the host's socket, the rest
 * goes by courier; notices come to the host's socket, and are read before an answer is given.
 */
export class InsideChannel implements Exchanger {
  readonly #main: Channel;
  readonly #courier: Courier;
  readonly #to: NamedNamespace;
  readonly #nsid: number;
  readonly #gone: () => void;

  /** `nsid` is its number in the host's namespace; `gone` is called when its name is found to stand for another one. */
  constructor(main: Channel, courier: Courier, to: NamedNamespace, nsid: number, gone: () => void) {
    this.#main = main;
    this.#courier = courier;
    this.#to = to;
    this.#nsid = nsid;
    this.#gone = gone;
  }

  /** What is read comes after all else that is asked for. */
  exchange(requests: readonly RequestBody[]): Answer[] {
    const isRead = ({ type }: RequestBody) => type === RTM.GETLINK;
    const errands = requests.filter((request) => !isRead(request));
    const reads = requests.filter(isRead).map((request) => this.#fromOutside(request));
    const done = this.#act(errands);
    const read = this.#main.exchangeAbout(this.#nsid, reads);
    return requests.map((request) => (isRead(request) ? read.shift() : done.shift()) ?? unknownAnswer);
  }

  dump(type: number, body: Uint8Array): boolean {
    const isToldOutside = type === RTM.GETADDR || (type === RTM.GETLINK && body[0] !== AF.BRIDGE);
    if (isToldOutside)
      return this.#main.dumpAbout(this.#nsid, type, this.#fromOutside({ type, flags: 0, body }).body);
    const writer = new Writer(256);
    writeRequest(writer, { type, flags: 0, body }, 1, NLM_F.DUMP | NLM_F.ACK);
    const messages = this.#fetch(writer.bytes);
    // What was heard of it meanwhile is newer than some of what was fetched.
    const moved = this.#main.catchUp(this.#nsid);
    if (messages === undefined || (moved && type !== RTM.GETROUTE)) return false;
    this.#main.tell(messages, this.#nsid);
    return true;
  }

  /** Sends requests, but what a reflex has sent already, and reads what came of them. */
  #act(requests: readonly RequestBody[]): Answer[] {
    if (requests.length === 0) return [];
    const known = requests.map((request) => this.#main.answered(this.#nsid, request));
    const left = requests.filter((_, i) => known[i] === undefined);
    const sent = left.length === 0 ? [] : this.#send(left);
    this.#main.catchUp(this.#nsid);
    return known.map(
      (answer) => (answer === undefined ? sent.shift() : answersIn(answer, 1)[0]) ?? unknownAnswer,
    );
  }

  #send(requests: readonly RequestBody[]): Answer[] {
    const writer = new Writer(1024);
    for (const [i, request] of requests.entries()) writeRequest(writer, request, i + 1);
    try {
      return answersIn(this.#fetch(writer.bytes) ?? new Uint8Array(0), requests.length);
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      return requests.map(() => ({ is: 'refused', errno: error.errno, words: error.message }));
    }
  }

  /** The raw answers; undefined when nobody is there to answer. */
  #fetch(requests: Uint8Array): Uint8Array | undefined {
    try {
      return this.#courier.run(this.#to, this.#main.portId, requests);
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error;
      if (!lostTheWay(this.#to, error)) return error.answers;
      this.#gone();
      return undefined;
    }
  }

  /** A request that reads, with the number of the namespace it is about. */
  #fromOutside({ type, flags, body }: RequestBody): RequestBody {
    const attribute = type === RTM.GETLINK ? IFLA.IF_NETNSID : IFA.TARGET_NETNSID;
    return { type, flags, body: new Writer(64).raw(body).attribute32(attribute, this.#nsid).bytes.slice() };
  }
}

/** The answers to so many requests, in their order: that is how the kernel gives them on one socket. */
function answersIn(messages: Uint8Array, count: number): Answer[] {
  const answers: Answer[] = [];
  eachMessage(viewOf(messages), 0, messages.length, (message) => {
    if (message.type !== NLMSG.ERROR) return;
    const { errno, words } = acknowledgementOf(message);
    answers.push(errno === 0 ? { is: 'done' } : { is: 'refused', errno, words });
  });
  while (answers.length < count) answers.push(unknownAnswer);
  return answers;
}
