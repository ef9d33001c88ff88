import { setTimeout as pause } from 'node:timers/promises';
import type { Figure } from './support/figure.ts';
import { callsProbe } from './support/probes.ts';
import { makeNamespace, type Namespace, Scratch } from './support/scratch.ts';
import { spreadOf } from './support/statistics.ts';
import { inSync, makeHome, startVnetd, type Vnetd, writeConfiguration } from './support/vnetd.ts';
import { msBetween, witness } from './support/witness.ts';

const LINKS_A_FILE = 10;
/** SETTLE_MS of src/config/watch-folder.ts: so long nothing may happen before a change is taken to be whole. */
const SETTLE_MS = 170;

/** One changed file among 1,000. */
export const oneFile: Figure = {
  name: 'one-file',
  title: 'One changed file among 1,000, 10,000 links declared',
  async measure({ quick }) {
    const files = quick ? 100 : 1000;
    const scratch = new Scratch();
    try {
      const namespace = await makeNamespace(scratch);
      const links = Array.from({ length: files * LINKS_A_FILE }, (_, i) => i);
      await namespace.batch(links.map((i) => `link add i${i} mtu 1400 up type ifb`));
      const home = makeHome(scratch);
      for (let file = 0; file < files; file++) writeConfiguration(home, nameOf(file), textOf(file, 1400));
      const plain = await startVnetd(scratch, namespace, home);
      await inSync(plain);
      await pause(quick ? 500 : 2000);
      const times: number[] = [];
      for (let round = 0; round < (quick ? 3 : 20); round++)
        times.push(
          (await editOne(scratch, namespace, plain, (round * 37) % files, 1401 + round)) - SETTLE_MS,
        );
      await plain.stop();
      const looks = await looksAtAnEdit(scratch, namespace, home, files);
      const { median, low, high } = spreadOf(times);
      return {
        rows: [
          {
            what: 'from the change, less the settle time, until the kernel has it',
            measured: `${median.toFixed(0)} (${low.toFixed(0)}–${high.toFixed(0)}) ms`,
            reference: null,
            aim: '≤ 150 ms',
            met: median <= 150,
          },
          {
            what: `objects judged for it (${LINKS_A_FILE} in the file, one of them changed)`,
            measured: `${looks} calls of judge`,
            reference: `${files * LINKS_A_FILE} declared`,
            aim: 'only the changed: ≤ 4 calls each',
            met: looks > 0 && looks <= LINKS_A_FILE * 4,
          },
        ],
        notes: [
          'The calls are counted by V8 (bench/support/count-calls.ts) in a run of its own, the sweep an hour away.',
        ],
        chart: {
          title: 'One changed file, after the settle time',
          unit: 'ms',
          groups: times.map((_, i) => `${i + 1}`),
          series: [{ name: 'vnetd', values: times }],
          limit: 150,
        },
      };
    } finally {
      await scratch.close();
    }
  },
};

/** Changes one link in one file; milliseconds until the notice of it. */
async function editOne(
  scratch: Scratch,
  namespace: Namespace,
  vnetd: Vnetd,
  file: number,
  mtu: number,
): Promise<number> {
  const { seen } = await witness(scratch, namespace, 'show', `i${file * LINKS_A_FILE}`, mtu);
  const begun = process.hrtime.bigint();
  writeConfiguration(vnetd.home, nameOf(file), textOf(file, mtu));
  const took = msBetween(begun, await seen);
  await pause(700);
  return took;
}

async function looksAtAnEdit(
  scratch: Scratch,
  namespace: Namespace,
  home: Vnetd['home'],
  files: number,
): Promise<number> {
  const probe = callsProbe(scratch, '/keeper-thread.js#judge');
  const vnetd = await startVnetd(scratch, namespace, home, probe);
  await inSync(vnetd);
  await noMoreCalls(probe);
  const before = probe.calls();
  await editOne(scratch, namespace, vnetd, files - 1, 1499);
  await pause(1000);
  const after = probe.calls();
  await vnetd.stop();
  return after - before;
}

/** After a start the planner is asked beforehand about each object (src/daemon/arming.ts), a few at a time. */
async function noMoreCalls(probe: { calls(): number }): Promise<void> {
  for (let last = -1, now = probe.calls(); now !== last; now = probe.calls()) {
    last = now;
    await pause(3000);
  }
}

function nameOf(file: number): string {
  return `${String(file).padStart(4, '0')}.yaml`;
}

function textOf(file: number, mtu: number): string {
  const lines = Array.from({ length: LINKS_A_FILE }, (_, i) => {
    return `  i${file * LINKS_A_FILE + i}: { kind: ifb, mtu: ${i === 0 ? mtu : 1400} }\n`;
  });
  const daemon = file === 0 ? 'daemon: { sweep: 1h }\n' : '';
  return `${daemon}links:\n${lines.join('')}`;
}
