import type { TestContext } from 'node:test';
import { between } from '../../unit/ovsdb/between.ts';
import { Arrivals } from './arrivals.ts';
import { within } from './keeping.ts';
import type { OpenVSwitch } from './ovs.ts';

/** A way to the database on which its word can be held up: what is sent there is then written upon what was before. */
export interface LateNotices {
  /** Where it listens, as vnetd is told. */
  readonly address: string;
  /** Nothing comes from the database any more, until something was sent to it that has these words. */
  untilSent(words: string, work: () => Promise<unknown>): Promise<void>;
}

export async function lateNotices(t: TestContext, { folder, address }: OpenVSwitch): Promise<LateNotices> {
  const sent = new Arrivals<string>();
  let held: (() => void)[] | undefined;
  const treatment = {
    toServer(piece: Buffer, onward: (piece: Buffer) => void) {
      sent.push(piece.toString());
      onward(piece);
    },
    toClient(piece: Buffer, onward: (piece: Buffer) => void) {
      if (held === undefined) onward(piece);
      else held.push(() => onward(piece));
    },
  };
  // Beside its own socket, where other files of Open vSwitch are looked for.
  const server = address.slice(address.indexOf(':') + 1);
  const path = await between(t, server, () => treatment, folder);
  return {
    address: `unix:${path}`,
    async untilSent(words, work) {
      const from = sent.seen.length;
      held = [];
      await work();
      await sent.first((text) => text.includes(words), {
        within,
        what: `something sent about ${words}`,
        from,
      });
      const waiting = held;
      held = undefined;
      for (const pass of waiting) pass();
    },
  };
}
