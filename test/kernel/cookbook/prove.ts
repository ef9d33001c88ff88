import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { cannotTry, lacksKind } from '../fields/lacking.ts';
import { output, run, type Test } from '../support/command.ts';
import { startDaemon } from '../support/daemon.ts';
import { inSync, unheard, within } from '../support/keeping.ts';
import { inNamespace, inside } from '../support/namespace.ts';
import { until } from '../support/until.ts';
import { lanWith, type Proof } from './proof.ts';
import { type Recipe, readRecipes } from './recipes.ts';
import { type World, worldBut } from './worlds.ts';

const document = resolve(import.meta.dirname, '../../../../docs/cookbook.md');

/** On the host's own kernel nothing is tried that would load a module: it would stay. These any host has in use. */
const onHost: ReadonlySet<string> = new Set(['bridge', 'vxlan', 'veth', 'macvlan', 'macvtap']);

/** Why a recipe cannot be proven on this kernel; false where it can. */
export function cannotProve({ kinds }: Proof): string | false {
  const lacking = kinds.map(lacksKind).find((reason) => reason !== false);
  return lacking ?? cannotTry(...kinds.filter((kind) => !onHost.has(kind)));
}

/** Tests a recipe of the cookbook as it stands there: commands and YAML make the same world, which passes traffic and comes back. */
export async function prove(t: TestContext, title: string, proof: Proof): Promise<void> {
  const recipe = recipeNamed(title);
  const base = proof.on === undefined ? undefined : recipeNamed(proof.on);
  const wanted = await worldOfCommands(t, recipe, proof, base);
  const { host, own, options } = await freshHost(t, proof);
  const yaml = [...(base?.yaml ?? []), ...recipe.yaml];
  const files = Object.fromEntries(yaml.map((text, i) => [`${10 + i}.yaml`, text]));
  const daemon = await startDaemon(own, { enter: host.enter, files, ...options });
  await inSync(daemon);
  await shell('host', recipe.meanwhile);
  await passes(recipe);
  await worldBecomes(wanted);

  for (const drift of proof.drifts)
    await t.test(drift, async () => {
      await unheard(daemon, async () => {
        await shell('host', drift);
        await until(async () => !(await trialSucceeds(recipe)), { within, what: 'the trial fails' });
      });
      await inSync(daemon);
      await passes(recipe);
      await worldBecomes(wanted);
    });
  for (const kind of proof.kinds) t.diagnostic(`kind: ${kind}`);
}

function recipeNamed(title: string): Recipe {
  const recipe = readRecipes(readFileSync(document, 'utf8')).find((one) => one.title === title);
  if (recipe === undefined) throw new Error(`the cookbook has no recipe \`${title}\``);
  return recipe;
}

/** The one world that all ways by commands make. */
async function worldOfCommands(
  t: TestContext,
  recipe: Recipe,
  proof: Proof,
  base: Recipe | undefined,
): Promise<World> {
  const worlds: World[] = [];
  for (const way of recipe.commands) {
    const { forget } = await freshHost(t, proof);
    await shell('host', [base?.commands[0] ?? '', way, recipe.meanwhile].join('\n'));
    await passes(recipe);
    worlds.push(await worldBut('lan'));
    await forget();
  }
  const [wanted, ...others] = worlds;
  if (wanted === undefined) throw new Error('a recipe has commands');
  for (const world of others) assert.deepEqual(world, wanted, 'all ways by commands make the same world');
  return wanted;
}

/** A host before anybody did anything; `forget`, or the end of the test, takes all of it away again. */
async function freshHost(t: TestContext, { cards = [], before = '', beside }: Proof) {
  const ends: (() => unknown)[] = [];
  const own: Test = { after: (end) => void ends.push(end as () => unknown) };
  const forget = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  t.after(forget);
  own.after(() => run(['ip', '-all', 'netns', 'del']));
  const host = await inNamespace(own, 'host');
  await shell('host', `${cards.length > 0 ? lanWith(cards) : ''}\n${before}`);
  const options = (await beside?.(own, host)) ?? {};
  return { host, own, options, forget };
}

async function shell(namespace: string, script: string): Promise<void> {
  if (script.trim() !== '') await output([...inside(namespace).enter, 'sh', '-ec', script]);
}

async function trialSucceeds({ trial }: Recipe): Promise<boolean> {
  for (const { command, succeeds, elsewhere } of trial) {
    const { code } = await run([...inside(elsewhere ? 'lan' : 'host').enter, 'sh', '-c', command]);
    if ((code === 0) !== succeeds) return false;
  }
  return true;
}

async function passes(recipe: Recipe): Promise<void> {
  await until(() => trialSucceeds(recipe), { within, what: 'the trial succeeds' });
}

async function worldBecomes(wanted: World): Promise<void> {
  const isSo = async () => {
    assert.deepEqual(await worldBut('lan'), wanted);
    return true;
  };
  await until(isSo, { within, what: 'YAML and commands make the same world' });
}
