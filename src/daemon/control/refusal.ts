const statuses = {
  'bad-request': 400,
  'no-permission': 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'body-too-large': 413,
  internal: 500,
  'not-reachable': 503,
} as const;

export type RefusalCode = keyof typeof statuses;

/** Why a request is not answered as asked: a code for programs, its HTTP status, and a sentence for people. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  /** For `method-not-allowed`: what the path does take, as the `Allow` header says it. */
  readonly allow: string | null;

  constructor(code: RefusalCode, message: string, allow: string | null = null) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.allow = allow;
  }

  get status(): number {
    return statuses[this.code];
  }
}
