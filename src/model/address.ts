/**
 * Who is meant: a namespace, a link in it, and a thing of that link.
 * Everything vnetd says or remembers is addressed as (namespace, object, facet, entry, field).
 */

declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** A link's name as the kernel knows it: 1 to 15 bytes, no `/`, no space (`dev_valid_name` in net/core/dev.c). */
export type LinkName = Brand<string, 'LinkName'>;

/** A link's number inside one namespace; 0 is nobody. */
export type IfIndex = Brand<number, 'IfIndex'>;

/** A declared namespace's name. */
export type DeclaredNamespace = Brand<string, 'NamespaceName'>;

/** Which namespace: a declared one, or `null` for the one vnetd was started in, its host. */
export type NamespaceName = DeclaredNamespace | null;

/** An object's id as users see it: `eth0`, `ns1/eth0`, `ns1/`, `ovsbr0:p1`. */
export type ObjectId = Brand<string, 'ObjectId'>;

/** One field of one entry of one facet of one object; a plain attribute has neither facet nor entry. */
export interface Address {
  readonly id: ObjectId;
  readonly facet?: string;
  readonly entry?: string;
  readonly field?: string;
}

export const hostNamespace: NamespaceName = null;

export function linkName(text: string): LinkName {
  return text as LinkName;
}

export function ifIndex(number: number): IfIndex {
  return number as IfIndex;
}

export function namespaceName(text: string): DeclaredNamespace {
  return text as DeclaredNamespace;
}

/** The id of a link in a namespace. */
export function objectId(namespace: NamespaceName, name: string): ObjectId {
  return (namespace === null ? name : `${namespace}/${name}`) as ObjectId;
}

/** The id of a namespace itself, which is an object of the host: `ns1/`. */
export function namespaceId(name: DeclaredNamespace): ObjectId {
  return `${name}/` as ObjectId;
}

/**
 * The id of a part of a link that is an object of its own, a port of an Open vSwitch bridge: `ovsbr0:p1`.
 * `:p1` stands for the one of that name whatever it is a part of.
 */
export function partId(whole: string, name: string): ObjectId {
  return `${whole}:${name}` as ObjectId;
}

/** The link that an id is a part of, a bridge of Open vSwitch; undefined for what is no part (`:` is in no link’s name). */
export function wholeOf(id: string): LinkName | undefined {
  const colon = id.indexOf(':');
  return colon < 0 ? undefined : linkName(id.slice(0, colon));
}

/** The namespace that an id or a reference stands for by itself; undefined for that of a link. */
export function namespaceItself(id: string): DeclaredNamespace | undefined {
  return isNamespaceId(id) ? namespaceName(id.slice(0, -1)) : undefined;
}

/** Whether an id is that of a namespace itself. */
export function isNamespaceId(id: string): boolean {
  return id.endsWith('/');
}

/** An id as somebody typed it; whether it exists is for the one who looks it up to say. */
export function asObjectId(text: string): ObjectId {
  return text as ObjectId;
}

export interface LinkAddress {
  readonly namespace: NamespaceName;
  readonly name: LinkName;
}

/** The namespace and name an id stands for; a namespace itself is the host's, its name the id; a part is, too. */
export function parseObjectId(id: string): LinkAddress {
  const colon = id.indexOf(':');
  if (colon >= 0) return { namespace: null, name: linkName(id.slice(colon + 1)) };
  const slash = id.indexOf('/');
  if (slash > 0 && slash === id.length - 1) return { namespace: null, name: linkName(id) };
  if (slash <= 0) return { namespace: null, name: linkName(slash === 0 ? id.slice(1) : id) };
  return { namespace: namespaceName(id.slice(0, slash)), name: linkName(id.slice(slash + 1)) };
}

/**
 * The object a reference written inside `from` names.
 * `eth0` is in the same namespace, `ns1/eth0` in ns1, `/eth0` in the host's; `ns1/` is that namespace itself.
 */
export function resolveReference(from: NamespaceName, reference: string): ObjectId {
  if (reference.startsWith('/')) return reference.slice(1) as ObjectId;
  return reference.includes('/') ? (reference as ObjectId) : objectId(from, reference);
}

/** The namespace a reference to one stands for: a name, `/` for the host's. */
export function namespaceReferred(reference: string): NamespaceName {
  return reference === '/' ? hostNamespace : namespaceName(reference);
}

/** How a namespace is referred to: the inverse of {@link namespaceReferred}. */
export function referenceToNamespace(namespace: NamespaceName): string {
  return namespace ?? '/';
}

/** How an object is referred to from inside `from`: the inverse of {@link resolveReference}. */
export function referenceTo(from: NamespaceName, target: LinkAddress): string {
  if (from === target.namespace || namespaceItself(target.name) !== undefined) return target.name;
  return target.namespace === null ? `/${target.name}` : `${target.namespace}/${target.name}`;
}
