/** What to do after a failure. */
export type Retry = 'never' | 'after-config-change' | 'backoff' | 'resync';

/** Every way vnetd can fail, with its retry policy: one row a code. */
export const failures = {
  'bad-config': { retry: 'after-config-change' },
  'kernel-refused': { retry: 'after-config-change' },
  'events-lost': { retry: 'resync' },
  'no-permission': { retry: 'never' },
  'already-running': { retry: 'never' },
  'not-reachable': { retry: 'backoff' },
  'history-broken': { retry: 'backoff' },
  usage: { retry: 'never' },
  internal: { retry: 'never' },
} as const satisfies Record<string, { retry: Retry }>;

export type FailureCode = keyof typeof failures;

/** A surprise, with its code; expected outcomes are values, not failures. */
export class Failure extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'Failure';
    this.code = code;
  }

  get retry(): Retry {
    return failures[this.code].retry;
  }
}
