import type { Writer } from '../wire/attributes.ts';
import { NLM_F, SIZE } from '../wire/rtnetlink.ts';

/** A request without its header. */
export interface RequestBody {
  readonly type: number;
  /** Beside NLM_F_REQUEST and NLM_F_ACK. */
  readonly flags: number;
  readonly body: Uint8Array;
}

/** What became of a request; `unknown` when the kernel's answer was lost with an overrun. */
export type Answer =
  | { readonly is: 'done' }
  | { readonly is: 'refused'; readonly errno: number; readonly words: string }
  | { readonly is: 'unknown' };

export const unknownAnswer: Answer = { is: 'unknown' };

/** Writes a whole request; `reply` is NLM_F_ACK or NLM_F_DUMP. */
export function writeRequest(
  writer: Writer,
  { type, flags, body }: RequestBody,
  sequence: number,
  reply: number = NLM_F.ACK,
): void {
  writer
    .u32(SIZE.nlmsghdr + body.length)
    .u16(type)
    .u16(NLM_F.REQUEST | reply | flags)
    .u32(sequence)
    .u32(0)
    .raw(body)
    .pad();
}
