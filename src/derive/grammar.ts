/** `a, b and c`. */
export function listing(words: readonly string[], last: 'and' | 'or'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

/** `a bond`, `an ifb`. */
export function article(noun: string): string {
  return `${/^([aeio]|hsr$|nlmon$|xfrm$)/.test(noun) ? 'an' : 'a'} ${noun}`;
}
