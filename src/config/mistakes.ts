import { article, listing } from '../derive/grammar.ts';
import { keysOfLink, linkKey, mapWith } from '../derive/link-keys.ts';
import { type NamespaceName, parseObjectId } from '../model/address.ts';
import { didYouMean } from '../model/nearest.ts';
import type { Written } from '../model/written.ts';
import { kindNamed, linkKinds } from '../reconcilers/index.ts';
import type { Kind } from '../reconcilers/kind.ts';
import { ipBytes } from '../wire/addresses.ts';
import { linkNameFault } from '../wire/composites.ts';
import { namespaceNameFault } from '../wire/namespaces.ts';
import { isForLater, isKindForLater, notInThisVersion } from './later.ts';

/** Words other tools use, and the key that is meant here. */
const otherWords: Readonly<Record<string, string>> = {
  type: 'kind',
  mac: 'address',
  macaddress: 'address',
  'mac-address': 'address',
  hwaddr: 'address',
  lladdr: 'address',
  ip: 'addresses',
  ips: 'addresses',
  addr: 'addresses',
  addrs: 'addresses',
  ipaddr: 'addresses',
  ipv4: 'addresses',
  ipv6: 'addresses',
  up: 'state',
  enabled: 'state',
  description: 'alias',
  altname: 'altnames',
  group: 'link_group',
  qlen: 'txqueuelen',
  parent: 'link',
  lower: 'link',
  'base-iface': 'link',
  vid: 'id',
  vni: 'id',
  vlan_id: 'id',
  'vlan-id': 'id',
  vlanid: 'id',
  tag: 'id',
  port: 'dstport',
  slaves: 'members',
  interfaces: 'ports',
  ifaces: 'ports',
  bridge: 'master',
  bond: 'master',
  vrf: 'master',
  stp: 'stp_state',
  vlan: 'vlans',
};

/** Words other tools have for what a master lists. */
const memberWords: readonly string[] = ['ports', 'members', 'slaves', 'interfaces', 'ifaces', 'bridge_ports'];

/** More kinds than that are not listed. */
const MOST_NAMED = 4;

/** What is wrong with a key that means nothing on this link, and what would be right. */
export function unknownLinkKey(key: string, kind: Kind, kindIsWritten: boolean): string {
  const list = kind.membership?.list ?? kind.parts?.list;
  if (list !== undefined && memberWords.includes(key)) {
    return `${article(kind.name)} has \`${list}\`, not \`${key}\``;
  }
  const lacking = Object.hasOwn(kind.lacks ?? {}, key) ? kind.lacks?.[key] : undefined;
  if (lacking !== undefined) return `${article(kind.name)} has no \`${key}\`: ${lacking}`;
  const meant = Object.hasOwn(otherWords, key) ? otherWords[key] : undefined;
  const what = kindIsWritten ? article(kind.name) : 'a link';
  if (meant !== undefined && linkKey(kind, meant) !== undefined)
    return `${what} has no key \`${key}\` (did you mean \`${meant}\`?)`;
  const map = mapWith(kind, key);
  if (map !== undefined) return `${what} has no key \`${key}\`: it stands under \`${map}\``;
  const names = ownersOf(key, kind);
  if (names.length > 0) {
    const isOfMany = names.length > MOST_NAMED;
    const told = isOfMany ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
    const belongs = `\`${key}\` is a key of ${names.length === 1 ? 'kind' : 'kinds'} ${listing(told, 'and')}`;
    if (!kindIsWritten && isOfMany) return `${belongs}; write which \`kind\` this is`;
    if (kindIsWritten) return `${belongs}, not of ${kind.name}${didYouMean(key, keysOfLink(kind))}`;
    return `${belongs}; write ${listing(
      names.map((name) => `\`kind: ${name}\``),
      'or',
    )} if this is one`;
  }
  if (isForLater('link', key)) return notInThisVersion(key);
  if (key === 'netns' || key === 'namespace')
    return `${what} has no key \`${key}\`; links of a namespace stand under \`namespaces: NAME: links:\``;
  const near = colonHint(key) || didYouMean(key, keysOfLink(kind));
  const elsewhere = meant === undefined || near !== '' ? [] : ownersOf(meant, kind);
  if (elsewhere.length > 0)
    return `${what} has no key \`${key}\` (did you mean \`${meant}\`, a key of kind ${listing(elsewhere, 'or')}?)`;
  return `${what} has no key \`${key}\`${near}`;
}

/** What is wrong with the name of a link that names a namespace too, and where it would stand. */
export function nameElsewhere(namespace: NamespaceName, name: string): string | undefined {
  const { namespace: meant, name: own } = parseObjectId(name);
  if (!name.includes('/') || linkNameFault(own) !== undefined) return undefined;
  if (meant === namespace) return `a link is named here without its namespace: \`${own}\`, not \`${name}\``;
  if (meant === null)
    return `links of the host’s namespace stand under \`links:\` at the top of a file, not here: \`${name}\``;
  if (namespaceNameFault(meant) !== undefined) return undefined;
  return `links of a namespace stand under \`namespaces: ${meant}: links:\`, there as \`${own}\`; a link’s name has no \`/\``;
}

/** `mtu 9000` as a key: the colon is missing. */
function colonHint(key: string): string {
  const [word, ...rest] = key.split(/[\s=]+/);
  return rest.length === 0 ? '' : ` (did you mean \`${word}: ${rest.join(' ')}\`?)`;
}

/** The other kinds that have a key of their own by that name. */
function ownersOf(key: string, kind: Kind): readonly string[] {
  const owners = linkKinds.filter((other) => other !== kind && ownsKey(other, key));
  return owners.map(({ name }) => name);
}

function ownsKey(kind: Kind, key: string): boolean {
  const found = linkKey(kind, key);
  if (found === undefined) return false;
  if (found.is === 'field') return Object.hasOwn(kind.fields, found.key);
  if (found.is === 'list') return Object.hasOwn(kind.lists ?? {}, key);
  return ['members', 'group', 'map', 'parts'].includes(found.is);
}

/** What is wrong with a kind there is not. */
export function unknownKind(name: string): string {
  if (isKindForLater(name)) return `kind ${notInThisVersion(name)}`;
  const under = kindNamed(name)?.declaredUnder;
  const whole = linkKinds.find(({ parts }) => parts?.kind.name === name);
  if (whole !== undefined) return `${article(name)} stands under \`${under}\` of ${article(whole.name)}`;
  if (under !== undefined && under !== 'links') return `${article(name)} is declared under \`${under}:\``;
  const names = linkKinds.map((kind) => kind.name);
  return `there is no kind \`${name}\`${didYouMean(name, names)}`;
}

/** `address: 10.0.0.1/24`: an IP address where a MAC is meant. */
export function isIpWhereMacIsMeant(key: string, written: Written): boolean {
  const texts =
    written.is === 'scalar' ? [written.text] : written.is === 'list' ? written.items.map(textOf) : [];
  return key === 'address' && texts.some((text) => ipBytes(text.split('/')[0] ?? '') !== undefined);
}

function textOf(written: Written): string {
  return written.is === 'scalar' ? written.text : '';
}
