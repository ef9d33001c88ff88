import { entryText } from '../model/entry-text.ts';
import { canonical } from '../model/value.ts';
import { listsOf } from '../reconcilers/index.ts';
import { underlayOf, type WorldLint, written } from './lint.ts';
import { spotIn, type WorldLink } from './world.ts';

interface Placed {
  readonly link: WorldLink;
  readonly at: number;
  readonly text: string;
  readonly meaning: string;
}

/** What lists of a kind's own can show to be wrong. */
export const listLints: readonly WorldLint[] = [
  {
    id: 'port-of-two-meanings',
    severity: 'error',
    doc: 'Two tunnels of one namespace open the same port of `fou`, each for something else.',
    *check(world) {
      const first = new Map<string, Placed>();
      for (const link of world.links.values()) {
        for (const [identity, placed] of sharedBy(link)) {
          const before = first.get(identity);
          if (before === undefined) first.set(identity, placed);
          else if (before.meaning !== placed.meaning && before.link !== link) {
            const message = `\`${before.link.id}\` opens port ${before.text}, and \`${link.id}\` port ${placed.text}: a port is for one of them`;
            yield { message, spot: spotIn(link, placed), also: spotIn(before.link, before) };
          }
        }
      }
    },
  },
  {
    id: 'routers-without-isatap',
    severity: 'warning',
    doc: 'A sit tunnel that is none of ISATAP has `prl`, which the kernel keeps and never looks at.',
    *check(world) {
      for (const link of world.links.values()) {
        const list = link.part?.lists.prl;
        if (list === undefined || list.entries.length === 0 || written(link, 'isatap') === true) continue;
        const message = `\`prl\` means something with \`isatap: true\` only, which \`${link.id}\` does not say`;
        yield { message, spot: spotIn(link, list) };
      }
    },
  },
];

/** The entries a link declares that are its namespace's, by what makes two of them one. */
function* sharedBy(link: WorldLink): Generator<readonly [identity: string, placed: Placed]> {
  for (const [name, table] of Object.entries(listsOf(link.kind))) {
    const list = link.part?.lists[name];
    if (list === undefined || table.source !== 'asked' || table.of !== 'underlay') continue;
    for (const [i, { key, fields }] of list.entries.entries()) {
      const text = entryText(key, fields);
      const placed = { link, at: list.places[i] ?? list.at, text, meaning: canonical(fields) };
      yield [canonical([underlayOf(link), name, key]), placed];
    }
  }
}
