import type { Run } from './call.ts';

export interface CommandRow {
  readonly name: string;
  /** Operands as the usage line shows them. */
  readonly operands?: string;
  readonly summary: string;
  /** What is to know beside the summary. */
  readonly more?: string;
  readonly options?: readonly (readonly [flags: string, description: string])[];
  readonly examples: readonly (readonly [command: string, does: string])[];
  /** False for what works without a daemon. */
  readonly asksDaemon: boolean;
  /** Brings the command's own file, which no other command needs loaded. */
  readonly load: () => Promise<Run>;
}

/** Every command, in the order `--help` lists them. */
export const commands: readonly CommandRow[] = [
  {
    name: 'status',
    operands: '[ID...]',
    summary: 'every declared object: its state, since when, why',
    more: 'Those of the host first, then namespace by namespace. Exits 0 when all that is asked for is in sync or paused and there is no configuration error, else 1.',
    options: [
      ['-w, --watch', 'go on showing it as it changes'],
      ['--wrong', 'only what is not in sync; the count below is of all that is asked for'],
    ],
    examples: [
      ['vnetctl status', 'everything that is declared'],
      ['vnetctl status bond1 ns1/eth0', 'two objects, one of them in a namespace'],
      ['vnetctl status --wrong', 'what is not in sync'],
      [
        'vnetctl status --json | jq -r \'.objects[] | select(.state == "refused").id\'',
        'what the kernel refused',
      ],
    ],
    asksDaemon: true,
    load: async () => (await import('./status.ts')).status,
  },
  {
    name: 'show',
    operands: '<ID>',
    summary: 'one object: every managed attribute, wanted and found, and the layers under and over it',
    more: 'Exits 0 when it is in sync or paused, else 1.',
    examples: [['vnetctl show bond1', '']],
    asksDaemon: true,
    load: async () => (await import('./show.ts')).show,
  },
  {
    name: 'plan',
    operands: '[FILE...]',
    summary: 'what would be done now, in order, disruptive steps marked',
    more: 'Exits 0 when there is nothing to do and all is in sync, 1 when there is something to do, when something cannot be done now, or when a file has a mistake. Giving files is not in this version.',
    examples: [['vnetctl plan', '']],
    asksDaemon: true,
    load: async () => (await import('./plan.ts')).plan,
  },
  {
    name: 'restore',
    operands: '<ID>',
    summary: 'do now what was left because it is disruptive, or because of `on_drift: alert`',
    more: 'Only root may. Exits 0 when the object is in sync afterwards, else 1.',
    examples: [['vnetctl restore bond1', '']],
    asksDaemon: true,
    load: async () => (await import('./restore.ts')).restore,
  },
  {
    name: 'wait',
    operands: '[ID...]',
    summary: 'read the folder again, and wait until all is in sync',
    more: 'Exits 0 when all that is asked for is in sync, 1 when it is not within the timeout, or cannot be for a mistake in a file.',
    options: [['-t, --timeout <SPAN>', 'how long to wait, such as 500ms, 30s or 2m (default: 30s)']],
    examples: [['vnetctl wait --timeout 1m', 'after a change in /etc/vnetd']],
    asksDaemon: true,
    load: async () => (await import('./wait.ts')).wait,
  },
  {
    name: 'validate',
    operands: '[FILE...]',
    summary: 'check files, without a daemon',
    more: 'Without files, everything in the configuration folder together; `-` is standard input. Exits 0 when all is valid, 1 when it is not, 2 when there is no such file or folder.',
    options: [['-c, --config-dir <DIR>', 'the folder (default: $CONFIGURATION_DIRECTORY or /etc/vnetd)']],
    examples: [
      ['vnetctl validate', 'the folder the daemon reads'],
      ['vnetctl validate 20-bond.yaml', 'one file by itself'],
      ['vnetctl validate - < draft.yaml', 'what comes in by standard input'],
    ],
    asksDaemon: false,
    load: async () => (await import('./validate.ts')).validate,
  },
  {
    name: 'history',
    operands: '[ID]',
    summary: 'drifts and repairs: what was wanted, what was found, who did it, how long it took',
    more: 'The last 100 lines, or all since or until a time. Exits 0, or 1 for an ID that is neither declared nor in the history.\nA TIME is 10m, "2 hours ago", today, yesterday, 14:05, "2026-11-21 10:00" or ISO 8601.',
    options: [
      ['-S, --since <TIME>', 'only what happened since then'],
      ['-U, --until <TIME>', 'only what happened until then'],
      ['-n, --lines <N>', 'so many of the newest, or `all`'],
      ['-r, --reverse', 'newest first'],
      ['-f, --follow', 'go on with what happens from now on'],
    ],
    examples: [
      ['vnetctl history --since yesterday', ''],
      ['vnetctl history bond1 -n 20', 'the last 20 lines of one object'],
      ['vnetctl history --json --since 1h | jq \'select(.event == "drift")\'', ''],
    ],
    asksDaemon: true,
    load: async () => (await import('./history.ts')).history,
  },
  {
    name: 'watch',
    operands: '[ID]',
    summary: 'drifts and repairs as they happen',
    examples: [['vnetctl watch', 'and change something in another terminal']],
    asksDaemon: true,
    load: async () => (await import('./watch.ts')).watch,
  },
  {
    name: 'explain',
    operands: '[KIND[.KEY]]',
    summary: 'what may be written about a kind of link or a namespace, or what one key means',
    examples: [
      ['vnetctl explain', 'the kinds there are'],
      ['vnetctl explain bond', ''],
      ['vnetctl explain bond.miimon', ''],
    ],
    asksDaemon: false,
    load: async () => (await import('./explain.ts')).explain,
  },
  {
    name: 'schema',
    summary: 'the JSON Schema of the configuration, for editors',
    examples: [['vnetctl schema > vnetd.schema.json', '']],
    asksDaemon: false,
    load: async () => (await import('./schema.ts')).schema,
  },
  {
    name: 'doctor',
    summary: 'what this kernel and host lack for what is declared',
    more: 'For a kind the kernel has no links of: the module that is missing, why, and the package that brings it. Exits 0 when nothing is lacking, else 1.',
    examples: [
      ['vnetctl doctor', ''],
      ["vnetctl doctor --json | jq -r '.abilities[].package // empty'", 'packages to install'],
    ],
    asksDaemon: true,
    load: async () => (await import('./doctor.ts')).doctor,
  },
];

/** The summary as a sentence. */
export function sentenceOf({ summary }: CommandRow): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}

/** Commands that come with later versions, so that nobody takes them for typing mistakes. */
export const laterCommands = ['try', 'confirm', 'revert', 'pause', 'resume', 'import', 'graph'] as const;
