import { type DaemonEntry, daemonKeys } from '../derive/daemon-keys.ts';
import { didYouMean } from '../model/nearest.ts';
import type { Written, WrittenMap } from '../model/written.ts';
import { isForLater, notInThisVersion } from './later.ts';
import type { PartialSettings } from './part.ts';
import { attempt, fault, mapWritten, nothingWritten, type Reading } from './reading.ts';

/** The `daemon:` block: what of it is written, under the settings' own names. */
export function compileDaemon(reading: Reading, written: Written): PartialSettings | undefined {
  const map = mapWritten(reading, written, 'daemon', 'a map of settings');
  return map === undefined ? undefined : (settingsOf(reading, map, daemonKeys, 'daemon') as PartialSettings);
}

function settingsOf(
  reading: Reading,
  map: WrittenMap,
  keys: Readonly<Record<string, DaemonEntry>>,
  where: string,
): object {
  const settings: Record<string, unknown> = {};
  for (const { key, value } of map.entries) {
    const entry = Object.hasOwn(keys, key.text) ? keys[key.text] : undefined;
    if (entry === undefined) {
      const later = isForLater('daemon', key.text) ? notInThisVersion(key.text) : undefined;
      fault(
        reading,
        key,
        later ?? `\`${where}\` has no key \`${key.text}\`${didYouMean(key.text, Object.keys(keys))}`,
      );
    } else if (value.is === 'null') {
      fault(reading, value, nothingWritten(key.text));
    } else if ('keys' in entry) {
      const inner = mapWritten(reading, value, key.text, `a map such as ${entry.example}`);
      if (inner !== undefined) settings[entry.setting] = settingsOf(reading, inner, entry.keys, key.text);
    } else {
      const read = attempt(reading, () => entry.read(value));
      if (read !== undefined) settings[entry.setting] = read;
    }
  }
  return settings;
}
