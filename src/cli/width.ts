/** Code points that take two columns on a terminal: East Asian Wide and Fullwidth (UAX #11), and emoji. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;

/** Code points that take none: combining marks and joiners. */
const none = /[\p{Mn}\p{Me}\u200b-\u200f\ufeff]/u;

/** Whether all of it is printable ASCII, each character one column wide and harmless. */
export function isPlain(text: string): boolean {
  return !/[^\x20-\x7e]/.test(text);
}

/** How many columns a text takes on a terminal. */
export function widthOf(text: string): number {
  if (isPlain(text)) return text.length;
  let width = 0;
  for (const point of text) width += none.test(point) ? 0 : wide.test(point) ? 2 : 1;
  return width;
}

/** The text cut to so many columns, an ellipsis in the last where something was cut. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const point of text) {
    const next = widthOf(point);
    if (width + next > columns - 1) break;
    kept += point;
    width += next;
  }
  return `${kept}…`;
}

/** The text as lines of at most so many columns, broken between words; a longer word is cut. */
export function wrap(text: string, columns: number): readonly string[] {
  if (widthOf(text) <= columns) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (widthOf(longer) <= columns || line === '') line = longer;
    else {
      lines.push(cut(line, columns));
      line = word;
    }
  }
  lines.push(cut(line, columns));
  return lines;
}

/**
 * The text with everything a terminal would act on written out.
 * Names, aliases and command lines are other people's, and may hold escape sequences.
 */
export function harmless(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be written out
    /[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
