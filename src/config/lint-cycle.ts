import { lowerKeys, referenceOf } from './lint.ts';
import { type Finding, type Spot, spotOfKey, type World, type WorldLink } from './world.ts';

/** One link standing on another, and where that is written. */
interface Standing {
  readonly upper: WorldLink;
  readonly lower: WorldLink;
  readonly spot: Spot;
}

/** Each circle of links that stand on each other; a link on itself is told of elsewhere. */
export function* stackCycles(world: World): Generator<Finding> {
  const below = standings(world);
  const done = new Set<WorldLink>();
  for (const start of below.keys()) {
    const path: Standing[] = [];
    const open = new Set<WorldLink>();
    // Each frame is a link and the standings of it that are still to be followed; no recursion, chains may be long.
    const frames: { readonly link: WorldLink; readonly rest: Standing[] }[] = [];
    const enter = (link: WorldLink) => {
      open.add(link);
      frames.push({ link, rest: [...(below.get(link) ?? [])] });
    };
    if (!done.has(start)) enter(start);
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const next = frame.rest.pop();
      if (next === undefined) {
        frames.pop();
        path.pop();
        open.delete(frame.link);
        done.add(frame.link);
      } else if (open.has(next.lower)) {
        yield circle([...path, next], next.lower);
      } else if (!done.has(next.lower)) {
        path.push(next);
        enter(next.lower);
      }
    }
  }
}

function circle(path: readonly Standing[], back: WorldLink): Finding {
  const ring = path.slice(path.findIndex(({ upper }) => upper === back));
  const names = [...ring.map(({ upper }) => upper.id), back.id].join(' on ');
  const message = `links stand on each other in a circle: ${names}`;
  const [first] = ring;
  const last = ring.at(-1) as Standing;
  return first === undefined || first === last
    ? { message, spot: last.spot }
    : { message, spot: last.spot, also: first.spot };
}

/** Who stands on whom: by `link` or `dev`, and a master on its members. */
function standings(world: World): ReadonlyMap<WorldLink, readonly Standing[]> {
  const below = new Map<WorldLink, Standing[]>();
  const add = (upper: WorldLink, lower: WorldLink | undefined, spot: Spot) => {
    if (lower === undefined || lower === upper) return;
    const others = below.get(upper);
    if (others === undefined) below.set(upper, [{ upper, lower, spot }]);
    else others.push({ upper, lower, spot });
  };
  for (const link of world.links.values()) {
    for (const key of lowerKeys) {
      if (referenceOf(link, key) !== undefined) add(link, world.named(link, key), spotOfKey(link, key));
    }
    const master = referenceOf(link, 'master') === undefined ? undefined : world.named(link, 'master');
    if (master !== undefined) add(master, link, spotOfKey(link, 'master'));
  }
  return below;
}
