import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documents } from './documents.ts';

// Writes the documents that come from the tables: node dist/src/config/write-documents.js [CHECKOUT]
const checkout = process.argv[2] ?? process.cwd();
for (const [path, text] of Object.entries(documents)) writeFileSync(join(checkout, path), text());
