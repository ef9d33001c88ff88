import type { Call } from './call.ts';
import { address } from './daemon.ts';
import type { ExitCode } from './exit.ts';
import { followEvents } from './history.ts';

/** `vnetctl watch [ID]`: drifts and repairs as they happen. */
export function watch(call: Call): Promise<ExitCode> {
  return followEvents(call, address('/v1/watch', [['id', call.operands[0]]]));
}
