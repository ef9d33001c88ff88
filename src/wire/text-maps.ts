import { sameValue } from '../model/value.ts';
import { Misfit, nameOf, textWritten } from '../model/written.ts';
import { textOf } from './bytes.ts';
import type { WireType } from './type.ts';

type TextMap = { readonly [key: string]: string };

/**
 * A map of text to text; what is written counts as it is written (`01`, `true`). Keys are free but for those that are
 * refused, each with the sentence that says why.
 */
export function textMap(samples: readonly TextMap[], refused: TextMap = {}): WireType<TextMap> {
  return {
    name: 'map of text to text',
    range: 'a map of key to text',
    schema: { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } },
    read(written) {
      if (written.is !== 'map')
        throw new Misfit(written, `a map of key to text is expected here, not ${nameOf(written)}`);
      return Object.fromEntries(
        written.entries.map(({ key, value }) => {
          const wrong = keyFault(key.text, refused);
          if (wrong !== undefined) throw new Misfit(key, wrong);
          return [key.text, textWritten(value, `a text for \`${key.text}\``)];
        }),
      );
    },
    encode: (value) => Uint8Array.from(Buffer.from(JSON.stringify(value))),
    decode(slice) {
      const found = parsed(textOf(slice));
      return isTextMap(found) ? found : undefined;
    },
    agrees: (wanted, found) => sameValue(wanted, found),
    samples,
    refused: ['', 'text'],
  };
}

function keyFault(key: string, refused: TextMap): string | undefined {
  if (key === '') return 'a key may not be empty';
  return Object.hasOwn(refused, key) ? refused[key] : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isTextMap(value: unknown): value is TextMap {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((one) => typeof one === 'string')
  );
}
