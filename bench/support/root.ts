import { join } from 'node:path';

/** The checkout, from where this is compiled to. */
export const root = join(import.meta.dirname, '../../..');
