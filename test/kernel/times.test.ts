// kernels: host uml-6.12 uml-6.1
// timeout: 300
// When something is said to have happened: history and status go by one clock.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from './support/ip.ts';
import { inSync, keepInSync, objectsOf, within } from './support/keeping.ts';
import { until } from './support/until.ts';

/** Whole milliseconds are told, and another process may come between two looks at the clock. */
const GRAIN_MS = 20;

const at = (event: Json | undefined) => Date.parse(String(event?.at));

test('a drift was when it was seen, and what was mended is in sync since then', async (t) => {
  t.diagnostic('kind: bridge');
  // Enough that the last is mended long after it was seen, also where nothing else runs.
  const length = process.env.VNETD_TEST_KERNEL === 'host' ? 200 : 100;
  const names = Array.from({ length }, (_, i) => `br${i}`);
  const links = names.map((name) => `  ${name}: { kind: bridge, link_group: 7 }`).join('\n');
  const { ns, daemon } = await keepInSync(t, `links:\n${links}`);
  const before = Date.now();
  // All at once, so that most wait long for their turn.
  await ns.ip('link', 'del', 'group', '7');
  await until(async () => (await objectsOf(daemon)).every(({ drifts }) => drifts > 0), { within });
  await inSync(daemon);

  const { lines } = await daemon.vnetctl('history', '-n', 'all');
  let longest = 0;
  for (const { id, since, last_drift: lastDrift } of await objectsOf(daemon)) {
    const drift = lines.find((line) => line.id === id && line.event === 'drift');
    const restored = lines.find((line) => line.id === id && line.event === 'restored');
    const told = JSON.stringify([drift, restored]);
    assert.equal(drift?.at, lastDrift);
    assert.ok(Date.parse(since) >= at(drift), `in sync since ${since}: ${told}`);
    assert.ok(
      at(drift) >= before - GRAIN_MS && lines.indexOf(drift ?? {}) < lines.indexOf(restored ?? {}),
      told,
    );
    const millis = Number(restored?.micros) / 1000;
    assert.ok(Math.abs(at(restored) - at(drift) - millis) <= GRAIN_MS, told);
    longest = Math.max(longest, millis);
  }
  assert.ok(longest > 2 * GRAIN_MS, `one was mended only after ${longest} ms`);
});
