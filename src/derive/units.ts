import { Misfit, nameOf, textWritten, type Written } from '../model/written.ts';

const spans = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const sizes = {
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
  kB: 1000,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
} as const;

/** A span of time such as `500ms`, `30s`, `5m`, `2h`, `7d`, in milliseconds; throws a Misfit. */
export function readSpan(
  written: Written,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  const text = textWritten(written, 'a span of time such as 30s');
  const match = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)$/.exec(text);
  if (match === null) {
    const bare = /^[0-9]+$/.test(text)
      ? `; write its unit, as in ${text}s`
      : ' such as 500ms, 30s, 5m, 2h or 7d';
    throw new Misfit(written, `${nameOf(written)} is not a span of time${bare}`);
  }
  const ms = Math.round(Number(match[1]) * spans[match[2] as keyof typeof spans]);
  if (ms < min || ms > max)
    throw new Misfit(written, `${text} is not between ${spanText(min)} and ${spanText(max)}`);
  return ms;
}

/** A size such as `64MiB`, in bytes; throws a Misfit. */
export function readSize(
  written: Written,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  const text = textWritten(written, 'a size such as 64MiB');
  const match = /^([0-9]+(?:\.[0-9]+)?)(KiB|MiB|GiB|TiB|kB|MB|GB|TB)$/.exec(text);
  if (match === null)
    throw new Misfit(written, `${nameOf(written)} is not a size such as 512KiB, 64MiB or 1GiB`);
  const bytes = Math.round(Number(match[1]) * sizes[match[2] as keyof typeof sizes]);
  if (bytes < min || bytes > max)
    throw new Misfit(written, `${text} is not between ${sizeText(min)} and ${sizeText(max)}`);
  return bytes;
}

/** The largest unit that says the span in whole numbers: `90s`, `2h`. */
export function spanText(ms: number): string {
  const unit =
    (['d', 'h', 'm', 's'] as const).find((one) => ms >= spans[one] && ms % spans[one] === 0) ?? 'ms';
  return `${ms / spans[unit]}${unit}`;
}

export function sizeText(bytes: number): string {
  const unit = (['TiB', 'GiB', 'MiB', 'KiB'] as const).find(
    (one) => bytes >= sizes[one] && bytes % sizes[one] === 0,
  );
  return unit === undefined ? `${bytes}B` : `${bytes / sizes[unit]}${unit}`;
}
