import type { lacksKind } from '../fields/lacking.ts';
import type { Test } from '../support/command.ts';
import type { DaemonOptions } from '../support/daemon.ts';
import type { Namespace } from '../support/namespace.ts';
import type { Recipe } from './recipes.ts';

/** What a recipe's test needs beside the recipe. */
export interface Proof {
  /** Which kinds of link it is about; where the kernel lacks one, it is skipped. */
  readonly kinds: readonly Parameters<typeof lacksKind>[0][];
  /** What somebody does to it while vnetd cannot look, so that the trial fails; each is a case. */
  readonly drifts: readonly string[];
  /** The cards the host has, plugged into the switch of the namespace `lan`. */
  readonly cards?: readonly string[];
  /** The recipe that comes first. */
  readonly on?: string;
  /** Commands in the host's namespace, before all others. */
  readonly before?: string;
  /** What else runs beside, from before the first command; and what the daemon is to be told. */
  readonly beside?: (t: Test, host: Namespace) => Promise<Beside | undefined>;
  /** The recipe's YAML takes the place of that of the recipe before, whose file it is. */
  readonly instead?: boolean;
  /** Commands of somebody else's, after the recipe that comes first. */
  readonly between?: string;
  /** The recipe as it is tried where the kernel lacks what it could do without. */
  readonly adapted?: (recipe: Recipe) => Recipe;
  /** Open vSwitch's datapath has to be the kernel's. */
  readonly needsKernelDatapath?: boolean;
}

/** What runs beside: its environment is that of the commands and trials too. */
export interface Beside extends Partial<DaemonOptions> {
  /** What ip(8) does not show of the world. */
  readonly world?: () => Promise<unknown>;
}

/** By the titles of the recipes. */
export type Proofs = Readonly<Record<string, Proof>>;

/** Commands that make a switch the cards are plugged into, and on it the other host. */
export function lanWith(cards: readonly string[]): string {
  return `
    ip netns add lan
    ip -n lan link add sw up address 02:00:00:00:00:fe type bridge
    ip -n lan addr add 192.0.2.254/24 dev sw
    ${cards.map(plug).join('\n')}`;
}

/** Commands that put a card in, and its cable into the switch; a card put in again has the MAC it had. */
export function plug(card: string): string {
  const mac = `02:00:00:00:01:0${card.at(-1)}`;
  return [
    `ip link add ${card} address ${mac} up type veth peer name ${card} netns lan`,
    `ip -n lan link set ${card} master sw up`,
  ].join('; ');
}

export function vlanOfLan(id: number): string {
  return `
    ip -n lan link add link sw name sw.${id} up type vlan id ${id}
    ip -n lan addr add 10.0.${id}.254/24 dev sw.${id}`;
}
