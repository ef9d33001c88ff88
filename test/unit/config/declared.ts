import { compileFile } from '../../../src/config/compile-file.ts';
import { type Settled, settle } from '../../../src/config/settle.ts';
import { sourceOf } from '../../../src/config/source.ts';
import type { FileInForce } from '../../../src/config/world.ts';
import type { WantedLink } from '../../../src/model/declaration.ts';

/** A good text as a file in force; throws when it has errors. */
export function good(file: string, text: string): FileInForce {
  const source = sourceOf(file, text);
  const { part, errors } = compileFile(source);
  if (part === null) throw new Error(errors.map(({ message }) => message).join('\n'));
  return { source, part };
}

/** What some texts declare together: files `1.yaml`, `2.yaml`, … without older versions. */
export function settled(...texts: readonly string[]): Settled {
  return settle(texts.map((text, i) => ({ file: `${i + 1}.yaml`, versions: [good(`${i + 1}.yaml`, text)] })));
}

/** The links some good texts declare, by name. */
export function declared(...texts: readonly string[]): Readonly<Record<string, WantedLink>> {
  const { declaration, errors } = settled(...texts);
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  return Object.fromEntries(declaration.links.map((link) => [link.id, link]));
}
