import { output, run } from '../../kernel/support/command.ts';
import { until } from '../../kernel/support/until.ts';

/** One property of the unit, as `systemctl show` says it. */
export async function property(name: string, unit = 'vnetd.service'): Promise<string> {
  return (await output(['systemctl', 'show', '--property', name, '--value', unit])).trim();
}

export async function mainPid(): Promise<number> {
  return Number(await property('MainPID'));
}

/** Waits until the unit runs with another process than this one; gives the new one. */
export async function restarted(before: number): Promise<number> {
  return until(
    async () => {
      const pid = await mainPid();
      return pid !== 0 && pid !== before && (await property('SubState')) === 'running' ? pid : null;
    },
    { within: 60_000, what: 'vnetd was started again' },
  );
}

export type Entry = Readonly<Record<string, string>>;

/** Entries of the journal, oldest first, as `journalctl` finds them by these arguments. */
export async function journal(...args: string[]): Promise<Entry[]> {
  const text = await output(['journalctl', '--output=json', '--no-pager', ...args]);
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
}

/** Entries once there are as many; the journal takes them in its own time. */
export async function journalOnce(count: number, ...args: string[]): Promise<Entry[]> {
  const found = async () => {
    await run(['journalctl', '--sync']);
    const entries = await journal(...args);
    return entries.length >= count ? entries : null;
  };
  return until(found, { within: 20_000, what: `${count} entries of journalctl ${args.join(' ')}` });
}
