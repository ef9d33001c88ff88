import { closeSync, openSync } from 'node:fs';
import type { Facets } from '../inventory/facets.ts';
import { parseObjectId, resolveReference } from '../model/address.ts';
import type { Outcome, Step } from '../model/step.ts';
import type { Value } from '../model/value.ts';
import type { Exchanger, Launcher } from '../netlink/channel.ts';
import type { Answer, RequestBody } from '../netlink/request.ts';
import { fieldsOf, kindNamed, listNamed } from '../reconcilers/index.ts';
import { keysSentAlong } from '../reconcilers/kind.ts';
import type { AskedList } from '../reconcilers/list.ts';
import type { Errand } from '../wire/errand.ts';
import { outcomeOf, runErrands } from './errands.ts';
import { type FacetOwner, sourceOfStep } from './facet-owner.ts';
import { onlyNeeded } from './only-needed.ts';
import type { Place, Places } from './place.ts';
import { type Addressing, type Encoding, encodeStep, readLinkRequest } from './rtnetlink.ts';
import { Salvage } from './salvage.ts';
import { isUnknownKind } from './unknown-kind.ts';

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

/** A step that was sent, the answers to it, or what keeps it from being sent. */
type Part = { readonly step: Step } & (
  | { readonly place: Place; readonly from: number; readonly to: number }
  | { readonly place: Place; readonly errand: Errand; readonly list: AskedList }
  | { readonly outcome: Outcome }
);

interface Letters {
  readonly parts: readonly Part[];
  readonly requests: ReadonlyMap<Place, readonly RequestBody[]>;
}

/** The steps of many objects, on their way. */
export interface Launched {
  /** Waits for them; what each object's came to, in the same order. */
  land(): readonly (readonly Performed[])[];
}

/** Fewer steps are over before another thread is awake. */
const MANY = 16;
const EEXIST = 17;
const EPERM = 1;

const notRtnetlinks: Outcome = { is: 'not-sent', why: 'it is not rtnetlink’s' };
const gone: Outcome = { is: 'not-sent', why: 'its namespace is gone' };

/** Turns steps into requests and answers into outcomes; decides nothing. */
export class Performer {
  readonly #places: Places;
  readonly #launcher: Launcher & Exchanger;
  /** What may be lost is noted before, and put back after. */
  readonly salvage: Salvage;
  readonly #facets: Facets<FacetOwner>;
  readonly #addressings = new WeakMap<Place, Addressing>();
  /** Of namespaces that requests about to be sent name: open for no longer, since they keep a namespace alive. */
  readonly #descriptors = new Map<Place, number>();

  constructor(places: Places, launcher: Launcher & Exchanger, facets: Facets<FacetOwner>) {
    this.#places = places;
    this.#facets = facets;
    this.#launcher = launcher;
    this.salvage = new Salvage(places);
  }

  /** Sends the steps of many objects, the undisruptive ones together in as few system calls as can be. */
  perform(jobs: readonly Job[]): readonly (readonly Performed[])[] {
    const together = jobs.filter(({ disruptive }) => !disruptive);
    const results = byJob(together, this.#send(together.flatMap(({ steps }) => steps)));
    for (const job of jobs) if (job.disruptive) results.set(job, this.#bounce(job));
    return jobs.map((job) => results.get(job) ?? []);
  }

  /**
   * Sends the steps of many objects without waiting for them; undefined where that does not pay, or may not be.
   * Only the host's namespace has a way for it, and where something is removed there may be something to put back.
   * What `reading` gives is asked along, if it comes to that.
   */
  launch(jobs: readonly Job[], reading: () => readonly RequestBody[]): Launched | undefined {
    const steps = jobs.flatMap((job) => job.steps);
    if (steps.length < MANY || jobs.some(({ disruptive }) => disruptive)) return undefined;
    if (steps.some((step) => step.do === 'remove' || parseObjectId(step.id).namespace !== null))
      return undefined;
    const letters = this.#write(steps);
    const [[place, requests] = [], ...others] = letters.requests;
    const isAlone = letters.parts.every((part) => !('errand' in part));
    const mayGo =
      isAlone && others.length === 0 && this.#descriptors.size === 0 && place?.channel === this.#launcher;
    this.#letGo();
    if (!mayGo || place === undefined || requests === undefined) return undefined;
    const underway = this.#launcher.begin([...requests, ...reading()]);
    return {
      land: () => {
        const results = byJob(jobs, this.#read(letters, new Map([[place, underway.finish()]]), new Map()));
        return jobs.map((job) => results.get(job) ?? []);
      },
    };
  }

  /** What a step would send now. */
  encode(step: Step): Encoding {
    const place = this.#placeOf(step);
    if (place === undefined) return { outcome: gone };
    if (sourceOfStep(step) !== undefined) return { outcome: notRtnetlinks };
    try {
      return encodeStep(step, this.#addressing(place));
    } catch (error) {
      // The name of a namespace went before it could be opened.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { outcome: gone };
      throw error;
    }
  }

  /** A disruptive job: one request at a time, since each may change what the next one means. */
  #bounce(job: Job): Performed[] {
    const [first] = job.steps;
    const place = first === undefined ? undefined : this.#placeOf(first);
    if (first === undefined || place === undefined) return this.#send(job.steps);
    const { inventory } = place.view;
    const before = inventory.named(parseObjectId(first.id).name);
    const members = before === undefined ? [] : inventory.members(before.ifindex);
    const recreated = job.steps.some((step) => step.do === 'delete');
    const released = recreated || job.steps.some((step) => step.do === 'release-members');
    const standing = before === undefined ? [] : this.salvage.standing({ place, link: before });
    const freed = released ? members.map((link) => ({ place, link })) : [];
    const noted = this.salvage.note([...standing, ...freed]);
    const done: Performed[] = [];
    for (const step of job.steps) done.push(...this.#send([step]));
    if (recreated && members.length > 0)
      this.#send([{ do: 'return-members', id: first.id, members: members.map(({ name }) => name) }]);
    // It may have been made anew; or renamed, and the last step names it as it is now.
    const renamed = job.steps.some((step) => step.do === 'rename');
    const { id } = (renamed ? job.steps.at(-1) : undefined) ?? first;
    const after = inventory.named(parseObjectId(id).name);
    for (const one of noted)
      this.salvage.putBack(one.ifindex === before?.ifindex ? { ...one, ifindex: after?.ifindex ?? 0 } : one);
    return done;
  }

  #send(steps: readonly Step[]): Performed[] {
    const letters = this.#write(steps);
    const alongside = this.salvage.noteAround(steps);
    const answers = new Map<Place, readonly Answer[]>();
    for (const [place, requests] of letters.requests) answers.set(place, place.channel.exchange(requests));
    this.#letGo();
    for (const one of alongside) this.salvage.putBack(one);
    return this.#read(letters, answers, runErrands(letters.parts.filter((part) => 'errand' in part)));
  }

  /** The steps as requests, a letter a namespace. */
  #write(steps: readonly Step[]): Letters {
    const letters = new Map<Place, RequestBody[]>();
    const parts = steps.map((step): Part => {
      const apart = this.#setElsewhere(step);
      if (apart !== undefined) return { step, outcome: apart };
      const encoding = this.encode(step);
      if ('outcome' in encoding) return { step, outcome: encoding.outcome };
      const own = this.#placeOf(step);
      const place = encoding.from === undefined ? own : this.#places.at(encoding.from);
      if (place === undefined) return { step, outcome: gone };
      if ('errand' in encoding) return { step, place, errand: encoding.errand, list: encoding.list };
      const requests = letters.get(place) ?? [];
      letters.set(place, requests);
      requests.push(...(encoding.ahead ?? []));
      const from = requests.length;
      requests.push(...encoding.requests);
      const to = requests.length;
      const again = place === own ? readBack(step, this.#addressing(place)) : undefined;
      if (again !== undefined) requests.push(again);
      return { step, place, from, to };
    });
    return { parts, requests: letters };
  }

  /** What another source than rtnetlink has is set at once; undefined where a step is not about that. */
  #setElsewhere(step: Step): Outcome | undefined {
    const source = sourceOfStep(step);
    if (step.do !== 'set' || source === undefined) return undefined;
    const view = this.#placeOf(step)?.view;
    const { name } = parseObjectId(step.id);
    const link = view?.inventory.named(name);
    if (view === undefined || link === undefined) return { is: 'not-sent', why: `no link named ${name}` };
    return this.#facets[source].set(view.faceted(link), step.fields);
  }

  #read(
    { parts }: Letters,
    answers: ReadonlyMap<Place, readonly Answer[]>,
    errands: ReadonlyMap<Part, Outcome>,
  ): Performed[] {
    return parts.map((part) => {
      if ('outcome' in part) return this.#after(part.step, part.outcome);
      if ('errand' in part) return this.#after(part.step, errands.get(part) ?? gone);
      return this.#after(part.step, outcomeOf(answers.get(part.place)?.slice(part.from, part.to) ?? []));
    });
  }

  /** The requests that named namespaces are sent, or will not be. */
  #letGo(): void {
    for (const descriptor of this.#descriptors.values()) closeSync(descriptor);
    this.#descriptors.clear();
  }

  #placeOf(step: Step): Place | undefined {
    return this.#places.at(parseObjectId(step.id).namespace);
  }

  #addressing(place: Place): Addressing {
    const known = this.#addressings.get(place);
    if (known !== undefined) return known;
    const { view } = place;
    const addressing: Addressing = {
      names: {
        ...view.names,
        namespaceOf: (reference) => {
          const there = this.#places.at(parseObjectId(resolveReference(view.namespace, reference)).namespace);
          return there === undefined ? undefined : this.#descriptorOf(there);
        },
      },
      namespace: view.namespace,
      holder: (name) => view.holder(name),
      under: (name) => {
        const link = view.inventory.named(name);
        return (link === undefined ? undefined : view.under(link)) ?? view;
      },
      at: (namespace) => {
        const there = this.#places.at(namespace);
        return there === undefined ? undefined : this.#addressing(there);
      },
      numberOf: (namespace) => {
        const there = this.#places.at(namespace);
        return there === undefined ? undefined : this.#places.numberIn(place, there);
      },
      descriptor: () => this.#descriptorOf(place),
    };
    this.#addressings.set(place, addressing);
    return addressing;
  }

  #descriptorOf(place: Place): number {
    const descriptor = this.#descriptors.get(place) ?? openSync(place.path, 'r');
    this.#descriptors.set(place, descriptor);
    return descriptor;
  }

  /** What is refused may be half done, and taken back without a notice (dev_change_tx_queue_len in net/core/dev.c). */
  #readAgain(step: Step): void {
    const place = step.do === 'set' ? this.#placeOf(step) : undefined;
    const holder = place?.view.holder(parseObjectId(step.id).name);
    if (holder !== undefined) place?.channel.exchange([readLinkRequest(holder.ifindex)]);
  }

  /** One refused attribute never keeps the others out: what was refused together is tried one by one. */
  #after(step: Step, outcome: Outcome): Performed {
    if (outcome.is !== 'refused') return { step, outcome };
    this.#readAgain(step);
    if (step.do === 'set' && Object.keys(step.fields).length > 1) {
      return { step, outcome, fields: this.#oneByOne(step) };
    }
    const isInVain =
      outcome.errno === EEXIST ||
      outcome.errno === EPERM ||
      isUnknownKind(step, outcome.errno, outcome.words);
    if (step.do === 'create' && !isInVain) {
      const fields = onlyNeeded(step.kind, step.fields);
      if (Object.keys(fields).length === Object.keys(step.fields).length) return { step, outcome };
      const [bare] = this.#send([{ ...step, fields }]);
      return { step, outcome: bare?.outcome ?? outcome };
    }
    return { step, outcome };
  }

  #oneByOne(step: Extract<Step, { do: 'set' }>): Readonly<Record<string, Outcome>> {
    const { along, ...bare } = step;
    const entries = Object.entries(step.fields);
    if (along === undefined) {
      const single = entries.map(([key, value]): Step => ({ ...bare, fields: { [key]: value } }));
      return Object.fromEntries(this.#send(single).map(({ outcome }, i) => [entries[i]?.[0] ?? '', outcome]));
    }
    // What one got in, the next one has to carry, or the kernel would reset it.
    const kind = kindNamed(step.kind);
    const carried = new Set(kind === undefined ? [] : keysSentAlong(kind));
    const taken: Record<string, Value> = {};
    const outcomes = entries.map(([key, value]) => {
      const fields = { [key]: value };
      const isOfKind = carried.has(key);
      const [one] = this.#send([
        isOfKind ? { ...bare, fields, along: { ...along, ...taken } } : { ...bare, fields },
      ]);
      const outcome: Outcome = one?.outcome ?? gone;
      if (outcome.is === 'done' && isOfKind) taken[key] = value;
      return [key, outcome] as const;
    });
    return Object.fromEntries(outcomes);
  }
}

/** The outcomes of many jobs' steps, job by job. */
function byJob(jobs: readonly Job[], outcomes: readonly Performed[]): Map<Job, readonly Performed[]> {
  const results = new Map<Job, readonly Performed[]>();
  let at = 0;
  for (const job of jobs) {
    results.set(job, outcomes.slice(at, at + job.steps.length));
    at += job.steps.length;
  }
  return results;
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
