/** More names than that are counted. */
const MOST_NAMED = 8;

/** Why something is left as it is that no file declares: what nobody could read may declare it. */
export function undeclaredNote(ids: readonly string[], unread: readonly string[]): string | null {
  if (ids.length === 0 || unread.length === 0) return null;
  const one = ids.length === 1;
  return `no file declares ${named(ids)}, which ${one ? 'is' : 'are'} left as ${one ? 'it is' : 'they are'} and not kept in sync: ${mayDeclare(unread, one ? 'it' : 'them')}`;
}

/** `80.yaml has an error, and may declare it`. */
export function mayDeclare(files: readonly string[], what: string): string {
  return `${named(files)} ${files.length === 1 ? 'has an error' : 'have errors'}, and may declare ${what}`;
}

/** Names in a sentence, not too many of them. */
export function named(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  const told = more > 1 ? [...names.slice(0, MOST_NAMED), `${more} more`] : names;
  return told.length < 2 ? told.join('') : `${told.slice(0, -1).join(', ')} and ${told.at(-1)}`;
}
