/**
 * Preloaded into vnetd with `--import`: counts how often its threads call a function, from outside its code.
 * The count stands in the file named in the environment, written anew every 50 ms.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { isMainThread } from 'node:worker_threads';

const file = process.env.VNETD_BENCH_CALLS;
const [script = '', name = ''] = (process.env.VNETD_BENCH_COUNTED ?? '').split('#');
if (!isMainThread && file !== undefined) {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  let calls = 0;
  setInterval(() => {
    session.post('Profiler.takePreciseCoverage', (_, { result }) => {
      for (const { url, functions } of result) {
        if (!url.endsWith(script)) continue;
        for (const one of functions) if (one.functionName === name) calls += one.ranges[0]?.count ?? 0;
      }
      if (calls === 0) return;
      writeFileSync(`${file}.new`, String(calls));
      renameSync(`${file}.new`, file);
    });
  }, 50).unref();
}
