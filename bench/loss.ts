import { output } from '../test/kernel/support/command.ts';
import type { Figure } from './support/figure.ts';
import { countOf } from './support/journal.ts';
import { declarationOf, hostOf, makeLinks } from './support/links.ts';
import { compiled } from './support/programs.ts';
import { leaveOutIpv6, makeNamespace, Scratch } from './support/scratch.ts';
import { dropsOf, resizeReceiveBuffer } from './support/socket.ts';
import { spreadOf } from './support/statistics.ts';
import { inSync, makeHome, startVnetd, writeConfiguration } from './support/vnetd.ts';
import { msBetween } from './support/witness.ts';

const CHANGED = 200;
const LARGE = 64 * 1024 * 1024;

/** Events lost on purpose: vnetd's socket has next to no room while links change. */
export const loss: Figure = {
  name: 'loss',
  title: 'Events lost on purpose',
  async measure({ quick }) {
    const host = hostOf(quick ? 1000 : 10_000);
    const scratch = new Scratch();
    try {
      const namespace = await makeNamespace(scratch);
      await leaveOutIpv6(namespace);
      await makeLinks(namespace, host);
      const home = makeHome(scratch);
      writeConfiguration(home, '10.yaml', declarationOf(host, '{ contested: { after: 0 }, sweep: 1h }'));
      const vnetd = await startVnetd(scratch, namespace, home);
      await inSync(vnetd);
      const times: number[] = [];
      let seen = 0;
      const rounds = quick ? 3 : 10;
      for (let round = 0; round < rounds; round++) {
        const [drops, resyncs] = [dropsOf(vnetd.pid), countOf(home, 'resync')];
        vnetd.signal('SIGSTOP');
        await resizeReceiveBuffer(vnetd.pid, 1);
        await namespace.batch(
          Array.from({ length: CHANGED }, (_, i) => `link set i${i * 3} mtu ${1300 + round}`),
        );
        await resizeReceiveBuffer(vnetd.pid, LARGE);
        if (dropsOf(vnetd.pid) === drops) throw new Error('nothing was lost');
        const begun = process.hrtime.bigint();
        vnetd.signal('SIGCONT');
        const seenAt = await output([...namespace.enter, compiled('await'), String(host.ifbs), '1400', '20']);
        times.push(msBetween(begun, BigInt(seenAt.trim())));
        await inSync(vnetd);
        if (countOf(home, 'resync') > resyncs) seen += 1;
      }
      const { median, low, high } = spreadOf(times);
      return {
        rows: [
          {
            what: 'losses that were seen and resynced',
            measured: `${seen} of ${rounds}`,
            reference: null,
            aim: 'all',
            met: seen === rounds,
          },
          {
            what: `from its going on until ${host.size} links are as declared, ${CHANGED} drifts among what was lost`,
            measured: `${median.toFixed(0)} (${low.toFixed(0)}–${high.toFixed(0)}) ms`,
            reference: null,
            aim: '≤ 1000 ms',
            met: high <= 1000,
          },
        ],
        notes: [
          'vnetd stands still (SIGSTOP) while its receive buffer is made tiny, the links change, and the buffer is made large again; no sweep comes to its help.',
        ],
        chart: {
          title: `In sync after a loss, ${host.size} links`,
          unit: 'ms',
          groups: times.map((_, i) => `${i + 1}`),
          series: [{ name: 'vnetd', values: times }],
          limit: 1000,
        },
      };
    } finally {
      await scratch.close();
    }
  },
};
