import assert from 'node:assert/strict';
import { needOf } from '../../../src/reconcilers/kind.ts';
import type { Namespace } from '../support/namespace.ts';
import { type Bed, type Case, foreignValue, second } from './cases.ts';
import { eachLine, line } from './ip-lines.ts';
import { outside } from './outside.ts';
import { isSo, lookAround } from './seen.ts';

/**
 * What the table says a change needs, the kernel insists on: with one step less every field stays as it is.
 * The links stand as the campaign left them, and nobody keeps them any more.
 */
export async function tryOneStepLess(bed: Bed, cases: readonly Case[], ns: Namespace): Promise<number> {
  const script: string[] = [];
  const tried: Case[] = [];
  for (const one of cases) {
    const [was, other] = [second(one), foreignValue(one)];
    const { words } = outside(bed.table, one.key);
    if (words === undefined || was === other || bed.untold?.(one.key, was) === true) continue;
    const need = needOf(one.row, {
      found: { ...bed.beside(one.key, was, one.n), [one.key]: was },
      wanted: { ...bed.beside(one.key, other, one.n), [one.key]: other },
    });
    const attempt = line('link', 'set', 'dev', one.name, ...words(other));
    const member = [
      `link add mm${one.n} type veth peer name mn${one.n}`,
      `link set mm${one.n} master ${one.name}`,
    ];
    const alone = [`link del mm${one.n}`];
    const [up, down] = [`link set ${one.name} up`, `link set ${one.name} down`];
    switch (need) {
      case 'live':
      case 'remake':
        continue;
      case 'down':
        script.push(up, attempt);
        break;
      case 'empty':
        script.push(...member, up, attempt, down, attempt, ...alone);
        break;
      case 'empty-and-down':
        script.push(down, ...member, attempt, ...alone, up, attempt);
        break;
      case 'recreate':
      case 'fixed':
        script.push(down, attempt);
        break;
      default:
        need satisfies never;
    }
    tried.push(one);
  }
  if (tried.length === 0) return 0;
  await eachLine(ns, script);
  const around = await lookAround(ns);
  assert.deepEqual(
    tried
      .filter((one) => !isSo(bed, one, second(one), around.get(one.name)))
      .map(
        (one) =>
          `${bed.table}.${one.key} of ${one.name} could be set to ${JSON.stringify(foreignValue(one))}`,
      ),
    [],
  );
  return tried.length;
}
