import type { Value } from '../model/value.ts';
import { masters } from '../reconcilers/index.ts';
import type { World } from './situation.ts';

export function joinsDown(master: Value | undefined, world: World): boolean {
  if (typeof master !== 'string' || master === 'none') return false;
  const kernelKind = world.kindOf(master);
  return masters.some((kind) => kind.membership?.joinsDown === true && kind.kernel?.kind === kernelKind);
}

/** Joining or leaving such a master takes an up link down and up: better done openly, with what is lost put back. */
export function takesDown(masterKind: string | null, wanted: Value | undefined, world: World): boolean {
  const joined = typeof wanted === 'string' && wanted !== 'none' ? world.kindOf(wanted) : null;
  const cycled = masters
    .filter(({ membership }) => membership?.cycles === true)
    .map(({ kernel }) => kernel?.kind);
  return (
    leavesDown(masterKind) ||
    [masterKind, joined ?? null].some((kind) => kind !== null && cycled.includes(kind))
  );
}

/** Leaving such a master takes the member down as well (bond_release closes it). */
export function leavesDown(masterKind: string | null): boolean {
  return masters.some((kind) => kind.membership?.joinsDown === true && kind.kernel?.kind === masterKind);
}
