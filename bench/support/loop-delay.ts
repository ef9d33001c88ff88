/**
 * Preloaded into vnetd with `--import`: measures the loop delay of its main thread and of its keeper's, from outside its code.
 * At each SIGUSR2 it writes what was measured since the last one to the file named in the environment.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads';

/** The first that is started. */
const KEEPER = 1;
const file = process.env.VNETD_BENCH_DELAY;

function taken(histogram: IntervalHistogram) {
  const found = { p99: histogram.percentile(99) / 1e6, max: histogram.max / 1e6 };
  histogram.reset();
  return found;
}

if (file !== undefined && (isMainThread || threadId === KEEPER)) {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  const channel = new BroadcastChannel('vnetd-bench-delay');
  channel.unref();
  if (isMainThread) {
    channel.onmessage = (event) => {
      const { keeper } = (event as { readonly data: { readonly keeper?: unknown } }).data;
      if (keeper === undefined) return;
      writeFileSync(`${file}.new`, JSON.stringify({ ...taken(histogram), keeper }));
      renameSync(`${file}.new`, file);
    };
    process.on('SIGUSR2', () => channel.postMessage({}));
  } else channel.onmessage = () => channel.postMessage({ keeper: taken(histogram) });
}
