import { article, listing } from '../derive/grammar.ts';
import type { InventoryLink } from '../inventory/links.ts';
import { type ObjectId, objectId, parseObjectId, resolveReference } from '../model/address.ts';
import type { WantedLink } from '../model/declaration.ts';
import type { Outcome } from '../model/step.ts';
import type { Performed } from '../owners/performer.ts';
import { kindNamed, linkKinds } from '../reconcilers/index.ts';
import type { Kind } from '../reconcilers/kind.ts';
import type { Rooms } from './rooms.ts';

const EBUSY = 16;

/** What became of a step, and if something was busy, who has it: a link has one rx_handler (netdev_rx_handler_register in net/core/dev.c). */
export function explained(rooms: Rooms, wanted: WantedLink, performed: Performed): Performed {
  const { step, outcome, fields } = performed;
  if (step.do !== 'create' && step.do !== 'set') return performed;
  const explain = (one: Outcome): Outcome => {
    if (one.is !== 'refused' || one.errno !== EBUSY) return one;
    const takers = takersFrom(rooms, wanted);
    return takers.length === 0 ? one : { ...one, words: `${one.words}: ${takers.join('; ')}` };
  };
  const each = Object.entries(fields ?? {}).map(([key, one]) => [key, explain(one)] as const);
  return {
    step,
    outcome: explain(outcome),
    ...(fields !== undefined && { fields: Object.fromEntries(each) }),
  };
}

/** Who else takes all packets of the links that an object is to have them from, a sentence each. */
export function takersFrom(rooms: Rooms, wanted: WantedLink): readonly string[] {
  const own = kindNamed(wanted.kind)?.takes;
  const keys = Array.isArray(own?.from) ? (own.from as readonly string[]) : [];
  const lowers = keys.flatMap((key) => {
    const name = wanted.fields[key];
    return typeof name === 'string' ? [resolveReference(wanted.namespace, name)] : [];
  });
  const { master } = wanted.fields;
  const isMember = typeof master === 'string' && master !== 'none';
  return [
    ...lowers.flatMap((id) => [...standingOn(rooms, id, wanted.id, own?.sharedAs), ...masterOf(rooms, id)]),
    ...(isMember ? standingOn(rooms, wanted.id, wanted.id, undefined) : []),
  ];
}

function standingOn(rooms: Rooms, id: ObjectId, self: ObjectId, sharedAs: string | undefined): string[] {
  const room = rooms.of(id);
  const lower = room?.inventory.named(parseObjectId(id).name);
  if (room === undefined || lower === undefined) return [];
  const takers = rooms.over(room, lower.ifindex).flatMap(({ place, link }) => {
    const kind = kindOf(link);
    const takes = Array.isArray(kind?.takes?.from) ? kind.takes : undefined;
    const isShared = sharedAs !== undefined && takes?.sharedAs === sharedAs;
    const other = objectId(place.name, link.name);
    return kind === undefined || takes === undefined || isShared || other === self
      ? []
      : [`${other}, ${article(kind.name)},`];
  });
  if (takers.length === 0) return [];
  return [`${listing(takers, 'and')} ${takers.length === 1 ? 'is' : 'are'} on ${id}`];
}

function masterOf(rooms: Rooms, id: ObjectId): string[] {
  const inventory = rooms.of(id)?.inventory;
  const master = inventory?.link(inventory.named(parseObjectId(id).name)?.master ?? 0);
  const kind = master === undefined ? undefined : kindOf(master);
  if (master === undefined || kind?.takes?.from !== 'members') return [];
  return [`${id} is a member of ${master.name}, ${article(kind.name)}`];
}

function kindOf({ kind }: InventoryLink): Kind | undefined {
  return kind === null ? undefined : linkKinds.find(({ kernel }) => kernel?.kind === kind);
}
