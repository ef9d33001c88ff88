import { article } from '../derive/grammar.ts';
import { masterOfPortKey } from '../reconcilers/index.ts';
import { asWritten, linksOfKind, referenceOf, type WorldLint, written } from './lint.ts';
import { takerOf } from './lints-taking.ts';
import { spotIn, spotOf, spotOfKey } from './world.ts';

/** What does not go with being a member. */
export const membershipLints: readonly WorldLint[] = [
  {
    id: 'master-without-members',
    severity: 'error',
    doc: 'The master is declared as a kind that has no members.',
    *check(world) {
      for (const link of world.links.values()) {
        const master = world.named(link, 'master');
        if (
          master === undefined ||
          master === link ||
          !master.kind.made ||
          master.kind.membership !== undefined ||
          master.kind.parts !== undefined
        )
          continue;
        const message = `\`${link.id}\` cannot be a member of ${master.id}: ${article(master.kind.name)} has no members`;
        yield { message, spot: spotOfKey(link, 'master'), also: spotOf(master) };
      }
    },
  },
  {
    id: 'never-a-member',
    severity: 'error',
    doc: 'A VRF is a member of something, or the loopback link of a bridge or a VRF.',
    *check(world) {
      for (const link of world.links.values()) {
        const master = world.named(link, 'master');
        if (master?.kind.membership === undefined || master === link) continue;
        const isLoopback = link.name === 'lo' && ['bridge', 'vrf'].includes(master.kind.name);
        if (!isLoopback && link.kind.name !== 'vrf') continue;
        const what = isLoopback ? 'the loopback link' : 'a VRF';
        const message = `\`${link.id}\` is ${what} and cannot be a member of ${article(master.kind.name)}`;
        yield { message, spot: spotOfKey(link, 'master'), also: spotOf(master) };
      }
    },
  },
  {
    id: 'port-of-another-kind',
    severity: 'error',
    doc: 'A member has attributes that belong to members of another kind of master.',
    *check(world) {
      for (const link of world.links.values()) {
        const master = world.named(link, 'master');
        if (master === undefined || !master.kind.made) continue;
        const key = Object.keys(link.fields).find(
          (one) => ![undefined, master.kind].includes(masterOfPortKey(one)),
        );
        if (key === undefined) continue;
        const owner = masterOfPortKey(key)?.name ?? 'another kind';
        const message = `\`${key}\` is for members of ${article(owner)}, and ${master.id} is ${article(master.kind.name)}`;
        yield { message, spot: spotOfKey(link, key), also: spotOfKey(link, 'master') };
      }
    },
  },
  {
    id: 'vlans-outside-bridge',
    severity: 'error',
    doc: 'A member of something that is no bridge has `vlans`, which bridges keep.',
    *check(world) {
      for (const link of world.links.values()) {
        const master = world.named(link, 'master');
        const list = link.part?.lists.vlans;
        if (list === undefined || list.entries.length === 0 || master === undefined) continue;
        if (!master.kind.made || master.kind.name === 'bridge' || link.kind.name === 'bridge') continue;
        const message = `\`vlans\` are kept by bridges, and \`${link.id}\` is a member of ${article(master.kind.name)}`;
        yield { message, spot: spotIn(link, list), also: spotOfKey(link, 'master') };
      }
    },
  },
  {
    id: 'two-pvids',
    severity: 'error',
    doc: 'Two VLANs of one port are its `pvid`; a port has one.',
    *check(world) {
      for (const link of world.links.values()) {
        const list = link.part?.lists.vlans;
        const pvids = (list?.entries ?? []).flatMap(({ key, fields }, i) =>
          fields.pvid === true ? [{ key, at: list?.places[i] ?? 0 }] : [],
        );
        const [first, second] = pvids;
        if (first === undefined || second === undefined) continue;
        const message = `\`${link.id}\` cannot have VLAN ${first.key} and VLAN ${second.key} both as its \`pvid\``;
        yield { message, spot: spotIn(link, second), also: spotIn(link, first) };
      }
    },
  },
  {
    id: 'address-on-member',
    severity: 'warning',
    doc: 'A bridge’s port or a bond’s member has addresses; its packets go to the master, where the addresses belong.',
    *check(world) {
      for (const link of world.links.values()) {
        const list = link.part?.lists.addresses;
        const master = takerOf(world, link);
        if (list === undefined || list.entries.length === 0 || master === undefined) continue;
        const message = `\`${link.id}\` is a member of ${article(master.kind.name)}, where its addresses are of no use; put them on ${master.id}`;
        yield { message, spot: spotIn(link, list), also: spotOfKey(link, 'master') };
      }
    },
  },
  {
    id: 'vlan-on-member',
    severity: 'warning',
    doc: 'A VLAN stands on a bond’s member or a bridge’s port; it belongs on the bond or the bridge.',
    *check(world) {
      for (const link of linksOfKind(world, 'vlan')) {
        const lower = world.named(link, 'link');
        const master = lower === undefined ? undefined : takerOf(world, lower);
        if (lower === undefined || master === undefined || master === link) continue;
        const message = `\`${link.id}\` takes its VLAN from ${lower.id} before ${master.id} sees it; \`link: ${asWritten(link, master.id)}\` may be meant`;
        yield { message, spot: spotOfKey(link, 'link'), also: spotOfKey(lower, 'master') };
      }
    },
  },
  {
    id: 'vlans-unfiltered',
    severity: 'warning',
    doc: 'A port has `vlans`, and its bridge is declared without `vlan_filtering: true`, so they do nothing.',
    *check(world) {
      for (const link of world.links.values()) {
        const list = link.part?.lists.vlans;
        const bridge = link.kind.name === 'bridge' ? link : world.named(link, 'master');
        if (list === undefined || list.entries.length === 0 || bridge?.kind.name !== 'bridge') continue;
        if (written(bridge, 'vlan_filtering') === true) continue;
        const message = `the \`vlans\` of \`${link.id}\` do nothing while ${bridge.id} has no \`vlan_filtering: true\``;
        yield { message, spot: spotIn(link, list), also: spotOfKey(bridge, 'vlan_filtering') };
      }
    },
  },
  {
    id: 'vlan-mtu',
    severity: 'warning',
    doc: 'A VLAN’s `mtu` is above that of the link underneath, which the kernel refuses.',
    *check(world) {
      for (const link of linksOfKind(world, 'vlan')) {
        const lower = world.named(link, 'link');
        const [own, under] = [written(link, 'mtu'), lower === undefined ? undefined : written(lower, 'mtu')];
        if (lower === undefined || typeof own !== 'number' || typeof under !== 'number' || own <= under)
          continue;
        const message = `\`${link.id}\` has mtu ${own}, and ${referenceOf(link, 'link')} underneath has ${under}`;
        yield { message, spot: spotOfKey(link, 'mtu'), also: spotOfKey(lower, 'mtu') };
      }
    },
  },
];
