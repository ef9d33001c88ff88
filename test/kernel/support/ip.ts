import { output } from './command.ts';

/** A link as `ip -details -json link` tells it. */
export interface LinkJson {
  readonly ifindex: number;
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly operstate: string;
  readonly address?: string;
  readonly master?: string;
  readonly link?: string | null;
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: Readonly<Record<string, unknown>>;
    readonly info_slave_kind?: string;
    readonly info_slave_data?: Readonly<Record<string, unknown>>;
  };
  readonly [key: string]: unknown;
}

export type Json = Readonly<Record<string, unknown>>;

/** Runs the commands of iproute2 in one network namespace. */
export interface Tools {
  /** `ip('link', 'set', 'd0', 'up')`; throws what it says on stderr. */
  ip(...args: string[]): Promise<string>;
  /** `ipJson('route')`, with -details. */
  ipJson(...args: string[]): Promise<Json[]>;
  bridge(...args: string[]): Promise<string>;
  bridgeJson(...args: string[]): Promise<Json[]>;
  tc(...args: string[]): Promise<string>;
  tcJson(...args: string[]): Promise<Json[]>;
  /** The link of that name; throws when there is none. */
  link(name: string): Promise<LinkJson>;
  /** Many commands in one process: one line each, without the `ip`. */
  ipBatch(lines: readonly string[]): Promise<void>;
}

/** The tools as run through `prefix`, which enters a namespace; without it in this one. */
export function toolsIn(prefix: readonly string[]): Tools {
  const call = (program: string, args: readonly string[]) => output([...prefix, program, ...args]);
  const json = async (program: string, args: readonly string[]): Promise<Json[]> => {
    const text = await call(program, ['-details', '-json', ...args]);
    return text.trim() === '' ? [] : JSON.parse(text);
  };
  return {
    ip: (...args) => call('ip', args),
    ipJson: (...args) => json('ip', args),
    bridge: (...args) => call('bridge', args),
    bridgeJson: (...args) => json('bridge', args),
    tc: (...args) => call('tc', args),
    tcJson: (...args) => json('tc', args),
    link: async (name) => {
      const [found] = await json('ip', ['link', 'show', 'dev', name]);
      if (found === undefined) {
        throw new Error(`no link ${name}`);
      }
      return found as LinkJson;
    },
    ipBatch: async (lines) => {
      await output([...prefix, 'ip', '-batch', '-'], { input: `${lines.join('\n')}\n` });
    },
  };
}

export const { ip, ipJson, bridge, bridgeJson, tc, tcJson, link, ipBatch } = toolsIn([]);
