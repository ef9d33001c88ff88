import { parseArgs } from 'node:util';
import { isOvsdbAddress } from '../derive/daemon-keys.ts';
import { Failure } from '../model/failure.ts';

export interface Options {
  readonly configDirectory: string;
  readonly stateDirectory: string;
  readonly runtimeDirectory: string;
  /** Where the OVSDB listens, whatever the declaration says. */
  readonly ovsdb: string | undefined;
  /** Bring the host in sync and end. */
  readonly once: boolean;
}

export const usage = `vnetd keeps a host's virtual links as they are declared.

usage: vnetd [--config-dir DIR] [--state-dir DIR] [--runtime-dir DIR] [--ovsdb unix:PATH] [--once]

  --config-dir DIR    where the *.yaml files are           (CONFIGURATION_DIRECTORY, /etc/vnetd)
  --state-dir DIR     where history is kept                (STATE_DIRECTORY, /var/lib/vnetd)
  --runtime-dir DIR   the socket and the ledger            (RUNTIME_DIRECTORY, /run/vnetd)
  --ovsdb unix:PATH   the database of Open vSwitch         (daemon: { ovsdb }, unix:/run/openvswitch/db.sock)
  --once              bring the host in sync and exit: 0 in sync, 1 something is not
  --version           print the version
  --help              print this

The network namespace it is started in is its host namespace. See vnetd(8), vnetctl(1).`;

/** What the command line and systemd's environment say; \`help\` and \`version\` are asked for by name. */
export function readOptions(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Options | 'help' | 'version' {
  const { values } = parsed(args);
  if (values.help === true) return 'help';
  if (values.version === true) return 'version';
  if (values.ovsdb !== undefined && !isOvsdbAddress(values.ovsdb))
    throw new Failure('usage', `--ovsdb takes \`unix:\` and the path of a socket, not ${values.ovsdb}`);
  // systemd may name several directories, separated by colons: the first is ours.
  const from = (name: string) => environment[name]?.split(':')[0];
  return {
    configDirectory: values['config-dir'] ?? from('CONFIGURATION_DIRECTORY') ?? '/etc/vnetd',
    stateDirectory: values['state-dir'] ?? from('STATE_DIRECTORY') ?? '/var/lib/vnetd',
    runtimeDirectory: values['runtime-dir'] ?? from('RUNTIME_DIRECTORY') ?? '/run/vnetd',
    ovsdb: values.ovsdb,
    once: values.once === true,
  };
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = {
    'config-dir': text,
    'state-dir': text,
    'runtime-dir': text,
    ovsdb: text,
    once: flag,
    version: { ...flag, short: 'V' },
    help: { ...flag, short: 'h' },
  } as const;
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false });
  } catch (error) {
    throw new Failure('usage', error instanceof Error ? error.message : String(error), { cause: error });
  }
}
