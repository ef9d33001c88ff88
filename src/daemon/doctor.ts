import type { ObjectId } from '../model/address.ts';
import { isOfKind } from '../plan/judge-identity.ts';
import type { FoundLink } from '../plan/situation.ts';
import { kindNamed, rowOf } from '../reconcilers/index.ts';
import { hostHere } from './abilities/host.ts';
import { outlookOf } from './abilities/lack.ts';
import type { Whereabouts } from './abilities/modules.ts';
import { DATAPATH_MODULE, lackOfDatapath, lackOfSwitch, lacksOfSwitch } from './abilities/open-vswitch.ts';
import { type Held, isSwitched } from './held.ts';
import type { Keeper } from './keeper.ts';
import type { Ability, FieldAbility } from './messages.ts';

/** What this kernel has and lacks of what is declared: what it refused as not known to it, and what can be seen beforehand. */
export function doctorOf(keeper: Keeper): readonly Ability[] {
  return [...keeper.objects.entries()].map(([id, held]) => {
    const { kind: name } = held.wanted;
    const found = keeper.sightings.foundOf(id);
    const kind = kindNamed(name);
    const isThere = found !== undefined && (kind === undefined || isOfKind(kind, found));
    const lacking = [...held.refusals.values()].filter(({ inability }) => inability);
    const { standing, sight } = keeper.sightings.openVSwitch;
    const datapath = isSwitched(held) ? sight.kernelDatapathOf(id) : undefined;
    const module = datapath === undefined ? (kind?.kernel?.module ?? null) : DATAPATH_MODULE;
    const without = datapath === 'missing' ? lackOfDatapath(hostHere) : undefined;
    const whole = isSwitched(held) ? (lackOfSwitch(hostHere, standing) ?? without) : undefined;
    if (whole !== undefined) {
      const fields = fieldAbilities(held, false);
      return { id, kind: name, able: false, words: whole.words, module, package: whole.package, fields };
    }
    const unlisted = lacksOf(keeper, held);
    const fields = fieldAbilities(held, isThere, unlisted);
    if (lacking.length + unlisted.size > 0) {
      const from = lacking.find(({ lack }) => lack !== null)?.lack?.package ?? null;
      const words = [...lacking.map(({ whole }) => whole), ...unlisted.values()].join('; ');
      return { id, kind: name, able: false, words, module, package: from, fields };
    }
    const { able, words, from } = isThere ? present(name) : foreseen(id, held, found);
    return { id, kind: name, able, words, module, package: from, fields };
  });
}

/** What this Open vSwitch does not list among what it can do. */
function lacksOf(keeper: Keeper, held: Held): ReadonlyMap<string, string> {
  return isSwitched(held)
    ? lacksOfSwitch(held.wanted, keeper.sightings.openVSwitch.sight.surroundings())
    : new Map();
}

function present(kind: string): Pick<Ability, 'able' | 'words'> & { from: null } {
  const who = kindNamed(kind)?.owner === 'ovsdb' ? 'Open vSwitch' : 'this kernel';
  return { able: true, words: `${who} has all that is declared`, from: null };
}

/** Of a link that is not there yet, and that nobody has asked the kernel for; what is there is another's. */
function foreseen(
  id: ObjectId,
  { wanted }: Held,
  stranger: FoundLink | undefined,
): Pick<Ability, 'able' | 'words'> & { from: string | null } {
  const kind = kindNamed(wanted.kind);
  const outlook = kind?.made === true ? outlookOf(hostHere, kind) : undefined;
  if (outlook?.is === 'unable') return { able: false, words: outlook.lack.words, from: outlook.lack.package };
  const hint = outlook?.where == null ? '' : moduleWords[outlook.where](kind?.kernel?.module ?? '');
  const missing = stranger === undefined ? `nothing named ${id} yet` : `${id} is of another kind`;
  // A module that is only installed may lack what it needs, or be another kernel's.
  const isThere = outlook?.where === 'loaded' || outlook?.where === 'built-in';
  return { able: isThere ? true : null, words: `${missing}${hint}`, from: null };
}

const moduleWords: Readonly<Record<Whereabouts, (module: string) => string>> = {
  loaded: (module) => `; the kernel module ${module} is loaded`,
  'built-in': (module) => `; ${module} is built into this kernel`,
  installed: (module) => `; the kernel loads its module ${module} when it is made`,
  absent: (module) => `; the kernel module is ${module}`,
  unknown: (module) => `; the kernel module is ${module}`,
};

/** Whether the kernel has each attribute that is declared; null as long as there is no link to try it on. */
function fieldAbilities(
  { wanted, refusals }: Held,
  isThere: boolean,
  lacks: ReadonlyMap<string, string> = new Map(),
): readonly FieldAbility[] {
  const keys = [...Object.keys(wanted.fields), ...Object.keys(wanted.lists)];
  return keys.map((key) => {
    const lacking = [...refusals].find(
      ([at, { inability }]) => inability && (at === key || at.startsWith(`${key}/`)),
    );
    const sinceLinux = rowOf(wanted.kind, key)?.since ?? null;
    if (lacking !== undefined) return { key, able: false, sinceLinux, words: lacking[1].whole };
    const words = lacks.get(key);
    if (words !== undefined) return { key, able: false, sinceLinux, words };
    return { key, able: isThere ? true : null, sinceLinux, words: null };
  });
}
