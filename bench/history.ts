import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openHistory } from '../src/history/history.ts';
import { asObjectId } from '../src/model/address.ts';
import type { Figure } from './support/figure.ts';
import { root } from './support/root.ts';
import { Scratch } from './support/scratch.ts';

const A_SECOND = 10_000;

/** History alone, in this process, on the disk of the checkout. */
export const history: Figure = {
  name: 'history',
  title: 'History: 10,000 events a second for 10 s',
  async measure({ quick }) {
    const seconds = quick ? 3 : 10;
    const scratch = new Scratch();
    const path = join(root, 'build/bench', `history-${process.pid}.db`);
    mkdirSync(join(root, 'build/bench'), { recursive: true });
    scratch.after(() => removeDatabase(path));
    try {
      const said: string[] = [];
      const kept = openHistory({
        path,
        settings: { keepMs: 90 * 86_400_000, sizeBytes: 1 << 30 },
        onTrouble: (sentence) => said.push(sentence),
      });
      const delay = monitorEventLoopDelay({ resolution: 1 });
      const used = process.cpuUsage();
      delay.enable();
      const recorded = await recordFor(seconds, (at) =>
        kept.record({
          at,
          id: asObjectId(`i${at % 1000}`),
          event: 'restored',
          kind: 'ifb',
          changes: [{ key: 'mtu', wanted: 1400, found: 1300 }],
          micros: 412,
          disruptive: false,
        }),
      );
      delay.disable();
      const { user, system } = process.cpuUsage(used);
      const cpu = ((user + system) / 1e6 / seconds) * 100;
      kept.flush();
      const found = kept.query({ limit: 0 }).length;
      kept.close();
      const p99 = delay.percentile(99) / 1e6;
      return {
        rows: [
          {
            what: `events kept of ${recorded} in ${seconds} s`,
            measured: String(found),
            reference: null,
            aim: 'all',
            met: found === recorded && said.length === 0,
          },
          {
            what: 'event loop delay, p99',
            measured: `${p99.toFixed(1)} ms (worst ${(delay.max / 1e6).toFixed(0)}), CPU ${cpu.toFixed(0)} %`,
            reference: null,
            aim: '≤ 10 ms',
            met: p99 <= 10,
          },
        ],
        notes: said.map((sentence) => `trouble: ${sentence}`),
        chart: {
          title: 'Loop delay at 10,000 events a second',
          unit: 'ms',
          groups: ['p50', 'p90', 'p99', 'worst'],
          series: [
            {
              name: 'event loop',
              values: [delay.percentile(50), delay.percentile(90), delay.percentile(99), delay.max].map(
                (ns) => ns / 1e6,
              ),
            },
          ],
          limit: 10,
        },
      };
    } finally {
      await scratch.close();
    }
  },
};

/** Records as many as are due each 5 ms, as they come from the keeper; how many that were. */
function recordFor(seconds: number, record: (at: number) => void): Promise<number> {
  const begun = performance.now();
  const start = Date.now();
  let recorded = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(((performance.now() - begun) / 1000) * A_SECOND, seconds * A_SECOND);
      while (recorded < due) record(start + recorded++);
      if (recorded < seconds * A_SECOND) return;
      clearInterval(timer);
      resolve(recorded);
    }, 5);
  });
}

function removeDatabase(path: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
}
