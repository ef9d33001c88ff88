import { attributesOf } from '../derive/codec.ts';
import type { FoundAddress, InventoryLink } from '../inventory/links.ts';
import type { WantedLink } from '../model/declaration.ts';
import type { FoundLink, Judgement } from '../plan/situation.ts';
import { entryAt } from '../plan/situation.ts';
import { listNamed, rowOf, sharesAttribute } from '../reconcilers/index.ts';
import { type AnyRow, pathsOf } from '../reconcilers/kind.ts';
import type { FoundEntry } from '../reconcilers/list.ts';
import { follow } from '../wire/attributes.ts';
import { bytesOf, littleEndian } from '../wire/bytes.ts';
import { IFLA, IFLA_INFO } from '../wire/if-link.ts';
import type { Condition, Reflex } from '../wire/reflex.ts';
import { AF, IFA_F, IFF, RTM } from '../wire/rtnetlink.ts';
import type { Encoding } from './rtnetlink.ts';

/** An object in step, and its link as the kernel last told of it. */
export interface InStep {
  readonly wanted: WantedLink;
  readonly link: InventoryLink;
  readonly found: FoundLink;
  readonly addresses: ReadonlyMap<string, FoundAddress>;
}

/**
 * What to send at once should one thing of a link change: what the planner would send then.
 *
 * Each declared value is taken away in thought and judged. Where that comes to one plain request, this one is made
 * ready, with the notice that calls for it: a message in which the value is another than now. All else is left to
 * the planner, which looks at every notice anyway and has the last word.
 */
export function reflexesOf(
  { wanted, link, found, addresses }: InStep,
  judge: (found: FoundLink) => Judgement,
  encode: (step: Judgement['steps'][number]['step']) => Encoding,
): readonly Reflex[] {
  const prepared = (at: string, without: FoundLink): Prepared | undefined => {
    const { findings, steps } = judge(without);
    const [finding, step] = [findings[0], steps[0]];
    if (findings.length !== 1 || finding?.at !== at || finding.hold !== null || !finding.drift)
      return undefined;
    if (steps.length !== 1 || step === undefined || step.disruptive || step.withheld !== null)
      return undefined;
    const encoding = encode(step.step);
    if (!('requests' in encoding) || 'ahead' in encoding || encoding.requests.length !== 1) return undefined;
    const [request] = encoding.requests;
    if (request === undefined || request.body.length > LONGEST) return undefined;
    return { request, along: Object.keys((step.step.do === 'set' && step.step.along) || {}) };
  };
  const reflexes: Reflex[] = [];
  for (const key of Object.keys(wanted.fields)) {
    const difference = differenceOf(wanted.kind, key, link);
    if (difference === undefined) continue;
    const { [key]: _, ...values } = found.values;
    const ready = prepared(key, inThought(found, { values }));
    if (ready === undefined) continue;
    const beside = ready.along.filter((one) => one !== key);
    const conditions = [
      ...circumstancesOf(rowOf(wanted.kind, key), link),
      ...beside.flatMap((one) => stillSo(rowOf(wanted.kind, one), link)),
      difference,
    ];
    reflexes.push({ type: RTM.NEWLINK, conditions, request: ready.request });
  }
  for (const [name, { entries }] of Object.entries(wanted.lists)) {
    const table = listNamed(name);
    const departure = table?.source === 'asked' || table?.source === 'ovsdb' ? undefined : table?.departure;
    const here = found.list(name);
    if (departure === undefined || here === undefined) continue;
    for (const { key } of entries) {
      const address = addresses.get(key);
      // With the primary the kernel takes its secondaries along: put back ahead of it one would be the primary.
      if (address === undefined || (address.flags & IFA_F.SECONDARY) !== 0) continue;
      const ready = prepared(
        entryAt(name, key),
        inThought(found, { list: (one) => (one === name ? allBut(here, key) : found.list(one)) }),
      );
      if (ready !== undefined) reflexes.push({ ...departure(address.body), request: ready.request });
    }
  }
  return reflexes;
}

/** A request, and what it carries besides what is to be changed. */
interface Prepared {
  readonly request: Reflex['request'];
  readonly along: readonly string[];
}

/** What is sent along is sent as it was: a notice that shows it changed as well is the planner's. */
function stillSo(row: AnyRow | undefined, link: InventoryLink): readonly Condition[] {
  const paths = row === undefined ? [] : pathsOf(row);
  return paths.map((path) => attributeAsIs(link, path, true)).filter((one) => one !== undefined);
}

/** Where struct ifinfomsg has its flags. */
const FLAGS_AT = 8;
/** Lists in one attribute are the planner's. */
const LONGEST = 256;

/** What a message has to lack to differ from the link as it is; undefined where bytes do not tell. */
function differenceOf(kind: string, key: string, link: InventoryLink): Condition | undefined {
  const row = rowOf(kind, key);
  // What hangs on other values is for the planner, which knows how they are by then.
  if (row === undefined || row.agrees !== undefined || row.silent !== undefined) return undefined;
  if (typeof row.change === 'function' || row.beside !== undefined) return undefined;
  const { place } = row;
  if (place.at === 'flag') return flagAsIs(link, place.bit, false);
  if (place.at !== 'attribute' || place.word !== undefined || sharesAttribute(kind, key)) return undefined;
  return attributeAsIs(link, place.path, false);
}

/** What has to be as it is now for the request to be right: it is that very link, and as it stood when the planner was asked. */
function circumstancesOf(row: AnyRow | undefined, link: InventoryLink): readonly Condition[] {
  const ofAnyFamily: Condition = { path: [], offset: 0, bytes: Uint8Array.of(AF.UNSPEC), holds: true };
  const isOfFlagUp = row?.place.at === 'flag' && row.place.bit === IFF.UP;
  const isOfMaster = row?.place.at === 'attribute' && row.place.path.join() === String(IFLA.MASTER);
  const all = [
    ofAnyFamily,
    attributeAsIs(link, [IFLA.IFNAME], true),
    attributeAsIs(link, [IFLA.LINKINFO, IFLA_INFO.KIND], true),
    // A port's attributes mean something else, or nothing, in another master.
    isOfMaster ? undefined : attributeAsIs(link, [IFLA.MASTER], true),
    isOfFlagUp ? undefined : flagAsIs(link, IFF.UP, true),
  ];
  return all.filter((one) => one !== undefined);
}

function flagAsIs({ message: { view, start } }: InventoryLink, bit: number, holds: boolean): Condition {
  const mask = new Uint8Array(4);
  new DataView(mask.buffer).setUint32(0, 1 << bit, littleEndian);
  const bytes = bytesOf({ view, start: start + FLAGS_AT, end: start + FLAGS_AT + mask.length });
  return { path: [], offset: FLAGS_AT, bytes, mask, holds };
}

function attributeAsIs(link: InventoryLink, path: readonly number[], holds: boolean): Condition | undefined {
  const attribute = follow(attributesOf(link.message), path);
  if (attribute === undefined || attribute.end - attribute.start > LONGEST) return undefined;
  return { path, offset: 0, bytes: bytesOf(attribute), holds };
}

/** The link as it is but for something; its members and lists are looked up when asked for. */
function inThought(found: FoundLink, change: Partial<FoundLink>): FoundLink {
  const { ifindex, name, kind, masterKind, mac, values, members } = found;
  return { ifindex, name, kind, masterKind, mac, values, members, list: (one) => found.list(one), ...change };
}

function allBut(entries: ReadonlyMap<string, FoundEntry>, key: string): ReadonlyMap<string, FoundEntry> {
  const left = new Map(entries);
  left.delete(key);
  return left;
}
