import { objectId } from '../model/address.ts';
import type { WantedLink } from '../model/declaration.ts';
import type { Step } from '../model/step.ts';
import { fieldsOf } from '../reconcilers/index.ts';
import type { Kind } from '../reconcilers/kind.ts';
import { firstAbsent, madeAgain } from './creation.ts';
import { heldBack, planned } from './hold.ts';
import { leavesDown } from './membership.ts';
import {
  digestOf,
  type Finding,
  type FoundLink,
  inStep,
  isOurs,
  type Judgement,
  type Memory,
  type Policy,
  type World,
} from './situation.ts';

/** Whether what is found is of the kind; `device` is whatever there is. */
export function isOfKind({ kernel }: Kind, found: Pick<FoundLink, 'kind'>): boolean {
  return kernel === null || found.kind === kernel.kind;
}

/** A link of another kind: made again if it is the very one vnetd made, else never ours to delete. */
export function ofAnotherKind(
  wanted: WantedLink,
  kind: Kind,
  found: FoundLink,
  memory: Memory,
  policy: Policy,
  world: World,
): Judgement | undefined {
  if (isOfKind(kind, found)) return undefined;
  if (memory.origin === 'made' && memory.ifindex === found.ifindex) {
    const change = { key: 'kind', wanted: kind.name, found: found.kind };
    const hold = firstAbsent(wanted, kind, world) ?? heldBack('kind', 'recreate', false, false, policy);
    return {
      ...inStep,
      findings: [{ at: 'kind', change, need: 'recreate', drift: false, hold }],
      steps: madeAgain(wanted, kind, memory, world).map((step) => planned(step, true, hold)),
    };
  }
  const reason =
    kind.stranger?.(wanted.id, found.kind) ??
    `${found.name} is there as ${found.kind === null ? 'a device' : `kind ${found.kind}`}, not ${kind.name}; \`${freeing(wanted, world, found.name)}\` would free the name`;
  const change = { key: 'kind', wanted: kind.name, found: found.kind };
  return {
    ...inStep,
    findings: [
      { at: 'kind', change, need: 'fixed', drift: memory.origin !== null, hold: { why: 'refused', reason } },
    ],
  };
}

/** The command by which an operator would free a name. */
function freeing({ namespace }: WantedLink, world: World, name: string): string {
  return world.freeing?.(name) ?? `ip ${namespace === null ? '' : `-n ${namespace} `}link del ${name}`;
}

/** A renamed link gets its name back before anything else of it is looked at. */
export function misnamed(wanted: WantedLink, found: FoundLink, policy: Policy, world: World): Judgement {
  const change = { key: 'name', wanted: wanted.name, found: found.name };
  const taker = world.holderOf(wanted.name);
  if (taker === 'another') {
    const reason = `${wanted.name} is another link now, and the one vnetd made is named ${found.name}; \`${freeing(wanted, world, wanted.name)}\` would free the name`;
    return {
      ...inStep,
      findings: [{ at: 'name', change, need: 'live', drift: true, hold: { why: 'refused', reason } }],
    };
  }
  // Kernels before 6.2 rename no link that is up (dev_change_name in net/core/dev.c).
  const busy = policy.holds.get('name')?.why === 'busy' && found.values.state === 'up';
  const need = busy ? 'down' : 'live';
  const holds = new Map([...policy.holds].filter(([at]) => !busy || at !== 'name'));
  const hold = heldBack('name', need, true, false, { ...policy, holds });
  // The name is with another link of ours that lost its own: that one steps aside first, and is named back in its turn.
  const [from, to] =
    taker === undefined ? [found.name, wanted.name] : [wanted.name, `vnetd~${taker.ifindex}`];
  const idOf = (name: string) => (name === wanted.name ? wanted.id : objectId(wanted.namespace, name));
  const [before, after] = [idOf(from), idOf(to)];
  const rename: Step = { do: 'rename', id: after, from };
  const steps: Step[] = busy ? [{ do: 'down', id: before }, rename, { do: 'up', id: after }] : [rename];
  return {
    ...inStep,
    findings: [{ at: 'name', change, need, drift: true, hold }],
    steps: steps.map((step) => planned(step, busy, hold)),
  };
}

/** A membership vnetd brought about goes when its line goes. */
export function strayMaster(
  wanted: WantedLink,
  found: FoundLink,
  memory: Memory,
  policy: Policy,
): readonly Finding[] {
  const put = memory.inForce.get('master');
  const master = found.values.master ?? 'none';
  if (
    wanted.fields.master !== undefined ||
    put === undefined ||
    !isOurs(put.how) ||
    put.digest !== digestOf(master) ||
    master === 'none'
  )
    return [];
  const need = leavesDown(found.masterKind) && found.values.state === 'up' ? 'down' : 'live';
  const change = { key: 'master', wanted: 'none', found: master };
  return [{ at: 'master', change, need, drift: false, hold: heldBack('master', need, false, false, policy) }];
}

/** A link made again gets back the MAC last seen, where its declaration names none. */
export function otherAddress(
  wanted: WantedLink,
  kind: Kind,
  found: FoundLink,
  memory: Memory,
  policy: Policy,
): readonly Finding[] {
  const { mac, ifindex, origin } = memory;
  const sameLink = ifindex === null || ifindex === found.ifindex;
  if (
    origin !== 'made' ||
    mac === null ||
    sameLink ||
    mac === found.mac ||
    found.mac === '' ||
    kind.address === 'none'
  )
    return [];
  if (wanted.fields.address !== undefined || fieldsOf(wanted.kind).address?.change !== 'live') return [];
  const change = { key: 'address', wanted: mac, found: found.mac };
  return [
    {
      at: 'address',
      change,
      need: 'live',
      drift: false,
      hold: heldBack('address', 'live', false, false, policy),
    },
  ];
}
