import { findAttribute, Writer } from '../wire/attributes.ts';
import { bytesOf, littleEndian, sliceOf, viewOf } from '../wire/bytes.ts';
import type { Errand, GenericErrand, InterfaceErrand, Replies } from '../wire/errand.ts';
import { CTRL_ATTR, CTRL_CMD, GENL_HDRLEN, GENL_ID_CTRL, NETLINK_GENERIC } from '../wire/genetlink.ts';
import { NLM_F, NLMSG } from '../wire/rtnetlink.ts';
import { acknowledgementOf, eachMessage, wordsFor } from './messages.ts';
import { type Courier, here, lostTheWay, type NamedNamespace } from './namespaces.ts';
import { NativeError } from './native.ts';
import { type Answer, unknownAnswer, writeRequest } from './request.ts';

/** What came of an errand. */
export interface Report {
  readonly answer: Answer;
  readonly replies: Replies;
}

const ENOENT = 2;
/** A dump that changed underway is asked for again, so often. */
const MOST_TRIES = 10;

/**
 * Asks the kernel what rtnetlink has no words for, in one namespace.
 * Nothing is kept open between errands: a socket inside would keep the namespace alive.
 */
export class Messenger {
  readonly #courier: Courier;
  readonly #to: NamedNamespace;
  readonly #gone: () => void;

  /** `gone` is called when the name is found to stand for another namespace. */
  constructor(courier: Courier, to: NamedNamespace = here, gone: () => void = () => {}) {
    this.#courier = courier;
    this.#to = to;
    this.#gone = gone;
  }

  run(errand: Errand): Report {
    try {
      return errand.by === 'ioctl' ? this.#call(errand) : this.#ask(errand);
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      if (!lostTheWay(this.#to, error)) return refusal(error.errno, wordsFor(error.errno));
      this.#gone();
      return { answer: unknownAnswer, replies: [] };
    }
  }

  #call({ link, request, data, otherwise }: InterfaceErrand): Report {
    try {
      const after = this.#courier.call(this.#to, link, request, data);
      return { answer: { is: 'done' }, replies: [sliceOf(after)] };
    } catch (error) {
      const isOther = error instanceof NativeError && error.errno === otherwise?.errno;
      if (!isOther || otherwise === undefined) throw error;
      return this.#call({ by: 'ioctl', link, request: otherwise.request, data });
    }
  }

  #ask(errand: GenericErrand): Report {
    // Asked for each time: a family has another number once its module was loaded anew.
    const number = this.#familyOf(errand.family);
    if (typeof number !== 'number') return number;
    for (let tries = 1; ; tries++) {
      const { isWhole, ...report } = this.#send(number, errand);
      if (isWhole) return report;
      if (tries === MOST_TRIES) return { answer: unknownAnswer, replies: [] };
    }
  }

  /** The number of a family; the kernel loads the module of one it does not have, where a module says that it is its. */
  #familyOf(name: string): number | Report {
    const attributes = new Writer(64)
      .attribute(CTRL_ATTR.FAMILY_NAME, Buffer.from(`${name}\0`))
      .bytes.slice();
    const command = CTRL_CMD.GETFAMILY;
    const { answer, replies } = this.#send(GENL_ID_CTRL, { version: 1, command, attributes });
    if (answer.is !== 'done') {
      const isMissing = answer.is === 'refused' && answer.errno === ENOENT;
      if (!isMissing) return { answer, replies: [] };
      return refusal(ENOENT, wordsFor(ENOENT, `this kernel has no generic netlink family ${name} now`));
    }
    const [told] = replies;
    const id = told && findAttribute(told.view, told.start, told.end, CTRL_ATTR.FAMILY_ID);
    return id === undefined
      ? { answer: unknownAnswer, replies: [] }
      : id.view.getUint16(id.start, littleEndian);
  }

  #send(
    family: number,
    { version, command, dump, attributes }: Omit<GenericErrand, 'by' | 'family'>,
  ): Report & { readonly isWhole: boolean } {
    const body = new Writer(128).u8(command).u8(version).u16(0).raw(attributes).bytes.slice();
    const writer = new Writer(256);
    const reply = dump === true ? NLM_F.DUMP | NLM_F.ACK : NLM_F.ACK;
    writeRequest(writer, { type: family, flags: 0, body }, 1, reply);
    const received = this.#courier.run(this.#to, 0, writer.bytes, Number.POSITIVE_INFINITY, NETLINK_GENERIC);
    let answer: Answer = unknownAnswer;
    let isWhole = true;
    const replies: Replies[number][] = [];
    eachMessage(viewOf(received), 0, received.length, (message) => {
      if (message.flags & NLM_F.DUMP_INTR && dump === true) isWhole = false;
      if (message.type === NLMSG.DONE) answer = { is: 'done' };
      else if (message.type === NLMSG.ERROR) {
        const { errno, words } = acknowledgementOf(message);
        answer = errno === 0 ? { is: 'done' } : { is: 'refused', errno, words };
      } else if (message.type === family)
        replies.push(sliceOf(bytesOf({ ...message, start: message.start + GENL_HDRLEN })));
    });
    return { answer, replies, isWhole };
  }
}

function refusal(errno: number, words: string): Report {
  return { answer: { is: 'refused', errno, words }, replies: [] };
}
