import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { validateFiles } from '../../../src/config/validate.ts';
import { type Complaint, whereText } from '../../../src/model/place.ts';

// A case is a folder: its .yaml files are one declaration, what is to be said of them is in `expected.txt`.
// UPDATE_GOLDEN=1 writes that down anew.
const cases = join(import.meta.dirname, '../../../../test/golden/config');
const update = process.env.UPDATE_GOLDEN === '1';

for (const name of readdirSync(cases).sort()) {
  test(`configuration: ${name.replaceAll('-', ' ')}`, async () => {
    const folder = join(cases, name);
    const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
    assert.ok(files.length > 0, 'a case has at least one .yaml file');

    const { errors, warnings } = await validateFiles(files.sort().map((file) => join(folder, file)));

    const said = [
      ...errors.map((one) => shown('error', one)),
      ...warnings.map((one) => shown('warning', one)),
    ];
    const text = said.join('').replaceAll(`${folder}/`, '');
    const expected = join(folder, 'expected.txt');
    if (update) writeFileSync(expected, text);
    assert.equal(text, existsSync(expected) ? readFileSync(expected, 'utf8') : undefined);
  });
}

function shown(severity: string, complaint: Complaint): string {
  const { message, excerpt } = complaint;
  const under = excerpt === undefined ? '' : `${excerpt}\n`;
  return `${whereText(complaint)}: ${severity}: ${message}\n${under}`;
}
