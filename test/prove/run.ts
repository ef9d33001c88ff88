import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Finished, output, run } from '../kernel/support/command.ts';
import { root, sourceOf } from '../runner/jobs.ts';
import { readMarker } from '../runner/marker.ts';
import type { TestResult } from '../runner/results.ts';

/**
 * Proves that the tests can fail: each patch in this folder breaks the code in one way, says in its header which tests
 * of which file must see it (`# file: test/…`, `# red: pattern`, perhaps `# kernel: uml-6.12`), and exactly these have
 * to be red then, and green without it. Arguments choose patches by a part of their name.
 */
interface Sabotage {
  readonly name: string;
  readonly patch: string;
  readonly file: string;
  readonly red: RegExp;
  readonly kernel: string | undefined;
}

const folder = join(root, 'test/prove');
const wanted = process.argv.slice(2);
const sabotages = readdirSync(folder)
  .filter((name) => name.endsWith('.patch'))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort()
  .map(readSabotage);
const scratch = mkdtempSync('/var/tmp/vnetd-prove-');
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(2));
}
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));

await copyCheckout();
const green = new Map<string, string>();
let proven = 0;
for (const sabotage of sabotages) {
  const complaint = await complaintOf(sabotage);
  proven += complaint === undefined ? 1 : 0;
  process.stdout.write(
    `${complaint === undefined ? 'red as it should' : 'NOT PROVEN      '}  ${sabotage.name}\n`,
  );
  if (complaint !== undefined) {
    process.stdout.write(`${complaint.replace(/^/gm, '    ')}\n`);
  }
}
process.stdout.write(`\n${proven} of ${sabotages.length} proven\n`);
process.exitCode = proven === sabotages.length && proven > 0 ? 0 : 1;

function readSabotage(name: string): Sabotage {
  const patch = join(folder, name);
  const text = readFileSync(patch, 'utf8');
  const header = (key: string) =>
    new RegExp(`^# ${key}: *(.*\\S)`, 'm').exec(text.split(/^(diff|---) /m)[0] ?? '')?.[1];
  const [file, red] = [header('file'), header('red')];
  if (file === undefined || red === undefined) {
    throw new Error(`${name}: its header needs \`# file: test/…\` and \`# red: pattern\``);
  }
  return { name: basename(name, '.patch'), patch, file, red: new RegExp(red), kernel: header('kernel') };
}

/** The files of the checkout as they are now, with what was installed and built for it. */
async function copyCheckout(): Promise<void> {
  const list = await output([
    'git',
    '-C',
    root,
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
  ]);
  for (const file of list.split('\0').filter((name) => name !== '' && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(scratch, file)), { recursive: true });
    cpSync(join(root, file), join(scratch, file), { verbatimSymlinks: true });
  }
  for (const shared of ['node_modules', 'build']) {
    symlinkSync(join(root, shared), join(scratch, shared));
  }
  const errors = await compile();
  if (errors !== '') {
    throw new Error(`the checkout itself does not compile:\n${errors}`);
  }
}

/** Says what is not as it should be, or nothing. */
async function complaintOf(sabotage: Sabotage): Promise<string | undefined> {
  const before = await complaintWithout(sabotage);
  if (before !== undefined) {
    return before;
  }
  const applied = await apply(sabotage.patch);
  if (applied.code !== 0) {
    return `it does not apply: ${applied.stderr}`;
  }
  try {
    const errors = await compile();
    return errors === '' ? judge(sabotage, await runTests(sabotage)) : `it does not compile:\n${errors}`;
  } finally {
    await apply(sabotage.patch, '--reverse');
    await compile();
  }
}

/** Without the patch all of the file's tests are green; found out once a file and kernel. */
async function complaintWithout(sabotage: Sabotage): Promise<string | undefined> {
  const key = `${sabotage.file} ${sabotage.kernel ?? ''}`;
  const known = green.get(key) ?? redNames(await runTests(sabotage)).join('\n');
  green.set(key, known);
  return known === '' ? undefined : `red without it:\n${known}`;
}

function judge({ red }: Sabotage, results: readonly TestResult[]): string | undefined {
  const reddened = redNames(results);
  const stayedGreen = results
    .filter(({ name, state }) => red.test(name) && state !== 'failed')
    .map(({ name }) => name);
  const others = reddened.filter((name) => !red.test(name));
  const complaints = [
    ...(reddened.length === 0 && stayedGreen.length === 0 ? [`no test's name matches ${red}`] : []),
    ...stayedGreen.map((name) => `stayed green: ${name}`),
    ...others.map((name) => `red too: ${name}`),
  ];
  return complaints.length === 0 ? undefined : complaints.join('\n');
}

function redNames(results: readonly TestResult[]): string[] {
  return results.filter(({ state }) => state === 'failed').map(({ name }) => name);
}

/** On the kernel the patch names, else on the first the file does. */
async function runTests({ file, kernel }: Sabotage): Promise<TestResult[]> {
  const json = join(scratch, 'results.json');
  rmSync(json, { force: true });
  const on = kernel ?? firstKernel(file);
  const choice = on === undefined ? [] : ['--kernel', on];
  const ended = await inScratch(process.execPath, 'dist/test/run.js', ...choice, '--json', json, file);
  if (!existsSync(json)) {
    throw new Error(`the tests of ${file} did not run\n${ended.stdout}${ended.stderr}`);
  }
  return JSON.parse(readFileSync(json, 'utf8'));
}

function firstKernel(file: string): string | undefined {
  const booted = /^test\/(kernel|system)\//.test(sourceOf(file));
  return booted ? readMarker(readFileSync(join(root, file), 'utf8')).kernels[0] : undefined;
}

async function apply(patch: string, ...options: string[]) {
  return inScratch('git', 'apply', ...options, patch);
}

async function compile(): Promise<string> {
  const { code, stdout, stderr } = await inScratch('scripts/compile.sh');
  return code === 0 ? '' : stdout + stderr;
}

async function inScratch(...command: string[]): Promise<Finished> {
  // Each ends with this process, and the tests' kernels with theirs.
  return run(['setpriv', '--pdeathsig', 'TERM', ...command], { cwd: scratch });
}
