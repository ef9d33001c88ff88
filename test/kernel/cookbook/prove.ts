import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { kindNamed } from '../../../src/reconcilers/index.ts';
import { cannotTry, lacksKind } from '../fields/lacking.ts';
import { output, run, type Test } from '../support/command.ts';
import { startDaemon } from '../support/daemon.ts';
import { inSync, unheard, within } from '../support/keeping.ts';
import { inNamespace, inside, type Namespace } from '../support/namespace.ts';
import { lacksOpenVSwitch } from '../support/ovs.ts';
import { until } from '../support/until.ts';
import { type Beside, lanWith, type Proof } from './proof.ts';
import { type Recipe, readRecipes } from './recipes.ts';
import { type World, worldBut } from './worlds.ts';

const document = resolve(import.meta.dirname, '../../../../docs/cookbook.md');

/** On the host's own kernel nothing is tried that would load a module: it would stay. These any host has in use. */
const onHost: ReadonlySet<string> = new Set(['bridge', 'vxlan', 'veth', 'macvlan', 'macvtap']);

/** Why a recipe cannot be proven on this kernel; false where it can. */
export function cannotProve({ kinds, needsKernelDatapath = false }: Proof): string | false {
  const links = kinds.filter((kind) => kindNamed(kind)?.owner !== 'ovsdb');
  if (links.length < kinds.length) {
    const lacking = lacksOpenVSwitch();
    if (lacking !== false) return lacking;
    if (needsKernelDatapath && process.env.VNETD_TEST_KERNEL === 'host')
      return 'not without the datapath of the kernel';
  }
  const lacking = links.map(lacksKind).find((reason) => reason !== false);
  return lacking ?? cannotTry(...links.filter((kind) => !onHost.has(kind)));
}

/** What commands and YAML are to agree in. */
interface Seen {
  readonly links: World;
  readonly more: unknown;
}

/** The host a recipe is tried on. */
interface Host {
  readonly own: Test;
  readonly host: Namespace;
  readonly beside: Beside;
  /** Takes all of it away again, as the end of the test does. */
  forget(): Promise<void>;
}

/** Tests a recipe of the cookbook as it stands there: commands and YAML make the same world, which passes traffic and comes back. */
export async function prove(t: TestContext, title: string, proof: Proof): Promise<void> {
  const recipe = recipeNamed(title, proof);
  const base = proof.on === undefined ? undefined : recipeNamed(proof.on, proof);
  const wanted = await worldOfCommands(t, recipe, proof, base);
  const on = await freshHost(t, proof);
  const earlier = filesOf(base?.yaml ?? [], 10);
  const files = filesOf(recipe.yaml, proof.instead ? 10 : 10 + (base?.yaml.length ?? 0));
  const daemon = await startDaemon(on.own, {
    enter: on.host.enter,
    files: proof.instead ? earlier : { ...earlier, ...files },
    ...on.beside,
  });
  await inSync(daemon);
  await shell(on, proof.between);
  if (proof.instead) for (const [name, text] of Object.entries(files)) daemon.write(name, text);
  await inSync(daemon);
  await shell(on, recipe.meanwhile);
  await passes(on, recipe);
  await worldBecomes(on, wanted);

  for (const drift of proof.drifts)
    await t.test(drift, async () => {
      await unheard(daemon, async () => {
        await shell(on, drift);
        await until(async () => !(await trialSucceeds(on, recipe)), { within, what: 'the trial fails' });
      });
      await inSync(daemon);
      await passes(on, recipe);
      await worldBecomes(on, wanted);
    });
  for (const kind of proof.kinds) t.diagnostic(`kind: ${kind}`);
}

/** The files of a declaration, one for each text. */
function filesOf(texts: readonly string[], from: number): Record<string, string> {
  return Object.fromEntries(texts.map((text, i) => [`${from + i}.yaml`, text]));
}

function recipeNamed(title: string, { adapted = (one) => one }: Proof): Recipe {
  const recipe = readRecipes(readFileSync(document, 'utf8')).find((one) => one.title === title);
  if (recipe === undefined) throw new Error(`the cookbook has no recipe \`${title}\``);
  return adapted(recipe);
}

/** The one world that all ways by commands make. */
async function worldOfCommands(
  t: TestContext,
  recipe: Recipe,
  proof: Proof,
  base: Recipe | undefined,
): Promise<Seen> {
  const worlds: Seen[] = [];
  for (const way of recipe.commands) {
    const on = await freshHost(t, proof);
    for (const text of [base?.commands[0], proof.between, way, recipe.meanwhile]) await shell(on, text);
    await passes(on, recipe);
    worlds.push(await worldOf(on));
    await on.forget();
  }
  const [wanted, ...others] = worlds;
  if (wanted === undefined) throw new Error('a recipe has commands');
  for (const world of others) assert.deepEqual(world, wanted, 'all ways by commands make the same world');
  return wanted;
}

/** A host before anybody did anything. */
async function freshHost(t: TestContext, { cards = [], before = '', beside }: Proof): Promise<Host> {
  const ends: (() => unknown)[] = [];
  const own: Test = { after: (end) => void ends.push(end as () => unknown) };
  const forget = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  t.after(forget);
  own.after(() => run(['ip', '-all', 'netns', 'del']));
  const host = await inNamespace(own, 'host');
  const bare = { own, host, beside: {}, forget };
  await shell(bare, `${cards.length > 0 ? lanWith(cards) : ''}\n${before}`);
  return { ...bare, beside: (await beside?.(own, host)) ?? {} };
}

async function shell(on: Host, script = ''): Promise<void> {
  if (script.trim() !== '') await output([...on.host.enter, 'sh', '-ec', script], { env: environmentOf(on) });
}

function environmentOf({ beside: { env } }: Host): NodeJS.ProcessEnv {
  return { ...process.env, ...env };
}

async function trialSucceeds(on: Host, { trial }: Recipe): Promise<boolean> {
  for (const { command, succeeds, elsewhere } of trial) {
    const { enter } = elsewhere ? inside('lan') : on.host;
    const { code } = await run([...enter, 'sh', '-c', command], { env: environmentOf(on) });
    if ((code === 0) !== succeeds) return false;
  }
  return true;
}

async function passes(on: Host, recipe: Recipe): Promise<void> {
  await until(() => trialSucceeds(on, recipe), { within, what: 'the trial succeeds' });
}

async function worldOf({ beside: { world } }: Host): Promise<Seen> {
  return { links: await worldBut('lan'), more: await world?.() };
}

async function worldBecomes(on: Host, wanted: Seen): Promise<void> {
  const isSo = async () => {
    assert.deepEqual(await worldOf(on), wanted);
    return true;
  };
  await until(isSo, { within, what: 'YAML and commands make the same world' });
}
