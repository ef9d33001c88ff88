import { setTimeout as pause } from 'node:timers/promises';
import { output } from '../test/kernel/support/command.ts';
import { churn } from './support/churn.ts';
import type { Figure } from './support/figure.ts';
import { declarationOf, hostOf, makeLinks } from './support/links.ts';
import { usageOf } from './support/process.ts';
import { compiled } from './support/programs.ts';
import { makeNamespace, Scratch } from './support/scratch.ts';
import { median } from './support/statistics.ts';
import { inSync, makeHome, startVnetd, writeConfiguration } from './support/vnetd.ts';

/** Of what it had when warm: more is growth, less is the collector's mood. */
const MOST_GROWTH = 1.05;

/** Ten minutes of drifts, edits, questions and foreign links: does memory grow? */
export const leak: Figure = {
  name: 'leak',
  title: 'Memory under churn',
  async measure({ quick }) {
    const minutes = quick ? 0.1 : 10;
    const scratch = new Scratch();
    try {
      const host = hostOf(1000);
      const namespace = await makeNamespace(scratch);
      await makeLinks(namespace, host);
      const home = makeHome(scratch);
      const declare = (sweep: number) =>
        writeConfiguration(
          home,
          '10.yaml',
          declarationOf(host, `{ contested: { after: 0 }, sweep: ${sweep}s }`),
        );
      declare(10);
      const vnetd = await startVnetd(scratch, namespace, home);
      await inSync(vnetd);
      const coming = churn(scratch, namespace, 50);
      const samples: number[] = [];
      const end = performance.now() + minutes * 60_000;
      for (let round = 0; performance.now() < end; round++) {
        await output([
          ...namespace.enter,
          compiled('observe'),
          'mtu',
          String(host.ifbs),
          '500',
          '1000',
          String(round),
        ]);
        await vnetd.ask('/v1/status');
        if (round % 10 === 9) declare(10 + (round % 2));
        await pause(200);
        samples.push(usageOf(vnetd.pid).rssMiB);
      }
      await coming.stop();
      const part = (from: number, to: number) =>
        median(samples.slice(Math.floor(samples.length * from), Math.ceil(samples.length * to)));
      const [warm, last] = [part(0.3, 0.5), part(0.8, 1)];
      return {
        rows: [
          {
            what: `RSS after ${minutes} min (its last fifth) against when warm (its second third)`,
            measured: `${last.toFixed(1)} MiB = ${(last / warm).toFixed(3)} ×`,
            reference: `${warm.toFixed(1)} MiB`,
            aim: `≤ ${MOST_GROWTH} ×`,
            met: quick ? null : last <= warm * MOST_GROWTH,
          },
        ],
        notes: [
          '1,000 links; 500 drifts a round, 50 foreign veth pairs a second, an edit each ten rounds, a sweep each 10 s.',
        ],
        chart: {
          title: 'RSS under churn',
          unit: 'MiB',
          groups: samples.map((_, i) =>
            i % Math.ceil(samples.length / 10) === 0
              ? `${((i / samples.length) * minutes).toFixed(1)} min`
              : '',
          ),
          series: [{ name: 'RSS', values: samples }],
        },
      };
    } finally {
      await scratch.close();
    }
  },
};
