import type { Inventory } from '../inventory/inventory.ts';
import type { FoundAddress, InventoryLink } from '../inventory/links.ts';
import type { View } from '../inventory/view.ts';
import { parseObjectId } from '../model/address.ts';
import type { Outcome, Step } from '../model/step.ts';
import type { Values } from '../model/value.ts';
import type { Answer, Exchanger, RequestBody } from '../netlink/channel.ts';
import type { Received } from '../netlink/messages.ts';
import { fieldsOf, kindNamed, listNamed } from '../reconcilers/index.ts';
import { needOf } from '../reconcilers/kind.ts';
import { IFA_F, RTM } from '../wire/rtnetlink.ts';
import { linkOfRoute, type Noted, puttingBack, replayable, routeFamilies, routesOfLink } from './put-back.ts';
import { type Addressing, type Encoding, encodeStep, readLinkRequest } from './rtnetlink.ts';

/** The steps of one object, in order. */
export interface Job {
  readonly steps: readonly Step[];
  /** Something on the link may be knocked over and has to be put back. */
  readonly disruptive: boolean;
}

/** What became of a step; of a `set` that was refused as a whole, what became of each field. */
export interface Performed {
  readonly step: Step;
  readonly outcome: Outcome;
  readonly fields?: Readonly<Record<string, Outcome>>;
}

const EEXIST = 17;
const EPERM = 1;

/** Turns steps into requests and answers into outcomes; decides nothing. */
export class Performer {
  readonly #channel: Exchanger;
  readonly #inventory: Inventory;
  readonly #at: Addressing;
  /** While routes are noted: those read so far, by the link they leave by. */
  #noting = new Map<number, Uint8Array[]>();

  constructor(channel: Exchanger, view: View) {
    this.#channel = channel;
    this.#inventory = view.inventory;
    this.#at = { names: view.names, holder: (name) => view.holder(name) };
  }

  /** Sends the steps of many objects, the undisruptive ones together in as few system calls as can be. */
  perform(jobs: readonly Job[]): readonly (readonly Performed[])[] {
    const results = new Map<Job, readonly Performed[]>();
    const together = jobs.filter(({ disruptive }) => !disruptive);
    const steps = together.flatMap((job) => job.steps);
    const outcomes = this.#send(steps);
    let at = 0;
    for (const job of together) {
      results.set(job, outcomes.slice(at, at + job.steps.length));
      at += job.steps.length;
    }
    for (const job of jobs) if (job.disruptive) results.set(job, this.#bounce(job));
    return jobs.map((job) => results.get(job) ?? []);
  }

  /** What a step would send now. */
  encode(step: Step): Encoding {
    return encodeStep(step, this.#at);
  }

  /** Told of the routes the channel reads while those of some links are noted. */
  takeRoute(message: Received): void {
    const ifindex = linkOfRoute(message);
    if (ifindex !== undefined) this.#noting.get(ifindex)?.push(replayable(message));
  }

  /** A disruptive job: one request at a time, since each may change what the next one means. */
  #bounce(job: Job): Performed[] {
    const [first] = job.steps;
    if (first === undefined) return [];
    const before = this.#inventory.named(parseObjectId(first.id).name);
    const members = before === undefined ? [] : this.#inventory.members(before.ifindex);
    const recreated = job.steps.some((step) => step.do === 'delete');
    const released = recreated || job.steps.some((step) => step.do === 'release-members');
    const noted = this.#note(
      before === undefined ? [] : [...this.#standing(before), ...(released ? members : [])],
    );
    const done: Performed[] = [];
    for (const step of job.steps) done.push(...this.#send([step]));
    if (recreated && members.length > 0)
      this.#send([{ do: 'return-members', id: first.id, members: members.map(({ name }) => name) }]);
    // The last step names it as it is now: it may have been renamed or made anew.
    const after = this.#inventory.named(parseObjectId(job.steps.at(-1)?.id ?? first.id).name);
    for (const [ifindex, what] of noted)
      this.#putBack(what, ifindex === before?.ifindex ? after?.ifindex : ifindex);
    return done;
  }

  /** A link and all that stands on it: what goes down with it. */
  #standing(link: InventoryLink): readonly InventoryLink[] {
    const found = new Set([link]);
    for (const one of found) for (const over of this.#inventory.over(one.ifindex)) found.add(over);
    return [...found];
  }

  #note(links: readonly InventoryLink[]): ReadonlyMap<number, Noted> {
    this.#noting = new Map(links.map(({ ifindex }) => [ifindex, []]));
    for (const family of routeFamilies)
      for (const { ifindex } of links) this.#channel.dump(RTM.GETROUTE, routesOfLink(family, ifindex));
    const noted = [...this.#noting].map(
      ([ifindex, routes]) =>
        [ifindex, { routes, addresses: [...this.#inventory.addresses(ifindex).values()] }] as const,
    );
    this.#noting = new Map();
    return new Map(noted);
  }

  #putBack(noted: Noted, ifindex: number | undefined): void {
    if (ifindex === undefined || this.#inventory.link(ifindex) === undefined) return;
    this.#channel.exchange(puttingBack(noted, ifindex, this.#inventory.addresses(ifindex)));
  }

  /** Removes entries; what the kernel takes along that nobody asked for is put back (the secondaries of an IPv4 address). */
  #removing(steps: readonly Step[]): ReadonlyMap<number, Noted> {
    const removed = new Map<number, Set<string>>();
    for (const step of steps) {
      const link = step.do === 'remove' ? this.#inventory.named(parseObjectId(step.id).name) : undefined;
      if (link === undefined || step.do !== 'remove') continue;
      removed.set(link.ifindex, (removed.get(link.ifindex) ?? new Set()).add(step.entry));
    }
    const isSecondary = ({ flags }: FoundAddress) => (flags & IFA_F.SECONDARY) !== 0;
    const links = [...removed.keys()]
      .filter((ifindex) => [...this.#inventory.addresses(ifindex).values()].some(isSecondary))
      .flatMap((ifindex) => this.#inventory.link(ifindex) ?? []);
    if (links.length === 0) return new Map();
    return new Map(
      [...this.#note(links)].map(([ifindex, { routes, addresses }]) => [
        ifindex,
        { routes, addresses: addresses.filter(({ key }) => removed.get(ifindex)?.has(key) !== true) },
      ]),
    );
  }

  #send(steps: readonly Step[]): Performed[] {
    const requests: RequestBody[] = [];
    const parts = steps.map((step) => {
      const encoding = encodeStep(step, this.#at);
      if ('outcome' in encoding) return { step, outcome: encoding.outcome, from: 0, to: 0 };
      const from = requests.length;
      requests.push(...encoding.requests);
      const to = requests.length;
      const again = readBack(step, this.#at);
      if (again !== undefined) requests.push(again);
      return { step, outcome: undefined, from, to };
    });
    const alongside = this.#removing(steps);
    const answers = this.#channel.exchange(requests);
    for (const [ifindex, noted] of alongside) this.#putBack(noted, ifindex);
    return parts.map(({ step, outcome, from, to }) =>
      this.#after(step, outcome ?? outcomeOf(answers.slice(from, to))),
    );
  }

  /** What is refused may be half done, and taken back without a notice (dev_change_tx_queue_len in net/core/dev.c). */
  #readAgain(step: Step): void {
    const holder = step.do === 'set' ? this.#at.holder(parseObjectId(step.id).name) : undefined;
    if (holder !== undefined) this.#channel.exchange([readLinkRequest(holder.ifindex)]);
  }

  /** One refused attribute never keeps the others out: what was refused together is tried one by one. */
  #after(step: Step, outcome: Outcome): Performed {
    if (outcome.is !== 'refused') return { step, outcome };
    this.#readAgain(step);
    if (step.do === 'set' && Object.keys(step.fields).length > 1) {
      const single = Object.entries(step.fields).map(
        ([key, value]): Step => ({ ...step, fields: { [key]: value } }),
      );
      const fields = Object.fromEntries(
        this.#send(single).map((one, i) => [Object.keys(step.fields)[i] ?? '', one.outcome]),
      );
      return { step, outcome, fields };
    }
    if (step.do === 'create' && outcome.errno !== EEXIST && outcome.errno !== EPERM) {
      const fields = onlyNeeded(step.kind, step.fields);
      if (Object.keys(fields).length === Object.keys(step.fields).length) return { step, outcome };
      const [bare] = this.#send([{ ...step, fields }]);
      return { step, outcome: bare?.outcome ?? outcome };
    }
    return { step, outcome };
  }
}

/** What only a new link can get; the rest can follow, attribute by attribute. */
function onlyNeeded(kind: string, fields: Values): Values {
  const own = kindNamed(kind)?.fields ?? {};
  const needed = (key: string) => {
    const row = own[key];
    return (
      row?.required === true ||
      (row !== undefined && needOf(row, { found: {}, wanted: fields }) === 'recreate')
    );
  };
  return Object.fromEntries(Object.entries(fields).filter(([key]) => needed(key)));
}

/** Reads the link once more where the kernel does not announce what was set. */
function readBack(step: Step, at: Addressing): RequestBody | undefined {
  if (isAnnounced(step)) return undefined;
  const holder = at.holder(parseObjectId(step.id).name);
  return holder === undefined ? undefined : readLinkRequest(holder.ifindex);
}

function isAnnounced(step: Step): boolean {
  switch (step.do) {
    case 'set': {
      const table = fieldsOf(step.kind);
      return Object.keys(step.fields).every((key) => table[key]?.notice === 'always');
    }
    case 'add':
    case 'remove':
      return listNamed(step.list)?.notice === 'always';
    default:
      return true;
  }
}

function outcomeOf(answers: readonly Answer[]): Outcome {
  const refused = answers.find((answer) => answer.is === 'refused');
  if (refused !== undefined) return refused;
  return answers.some((answer) => answer.is === 'unknown')
    ? { is: 'not-sent', why: 'the answer was lost' }
    : { is: 'done' };
}
