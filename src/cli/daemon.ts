import { readFileSync, statSync } from 'node:fs';
import type { ErrorDocument } from '../daemon/control/documents.ts';
import { Ending, exit } from './exit.ts';
import { type Answer, BrokenOff, type Request, request } from './http.ts';

/** The socket of the daemon, as the environment or the usual place says. */
export function usualSocket(environment: NodeJS.ProcessEnv): string {
  if (environment.VNETD_SOCKET) return environment.VNETD_SOCKET;
  const directory = environment.RUNTIME_DIRECTORY?.split(':')[0];
  return `${directory || '/run/vnetd'}/vnetd.sock`;
}

/** Asks the daemon for one document, in the event loop where there is a signal; throws an {@link Ending} that says why there is none. */
export async function ask<Document>(
  socket: string,
  path: string,
  method: 'GET' | 'POST' = 'GET',
  signal?: AbortSignal,
): Promise<Document> {
  return JSON.parse(await bodyOf(await send(socket, { method, target: path, signal }))) as Document;
}

/** The lines of a stream as they come, in the event loop where there is a signal; ends when the daemon has said all, throws where it broke off. */
export async function* lines(
  socket: string,
  path: string,
  signal?: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const answer = await send(socket, { method: 'GET', target: path, signal });
  const decoder = new TextDecoder();
  let begun = '';
  try {
    for await (const piece of answer.body) {
      const parts = (begun + decoder.decode(piece, { stream: true })).split('\n');
      begun = parts.pop() ?? '';
      for (const line of parts) {
        if (line.startsWith('{"error":')) throw endingFor(JSON.parse(line) as ErrorDocument);
        yield line;
      }
    }
  } catch (error) {
    throw error instanceof Ending ? error : brokenOff();
  } finally {
    await answer.close();
  }
}

/** A path with its query; ids are percent-encoded, slashes and all. */
export function address(path: string, query: readonly (readonly [string, string | undefined])[]): string {
  const given = query.filter((pair): pair is readonly [string, string] => pair[1] !== undefined);
  const text = given.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&');
  return text === '' ? path : `${path}?${text}`;
}

export function objectPath(id: string): string {
  return `/v1/objects/${encodeURIComponent(id)}`;
}

async function send(socket: string, asked: Request): Promise<Answer> {
  const answer = await request(socket, asked).catch((error: Error) => {
    throw new Ending(exit.unreachable, whyUnreachable(socket, error));
  });
  if (answer.status === 200) return answer;
  throw endingFor(errorIn(await bodyOf(answer), answer.status));
}

async function bodyOf(answer: Answer): Promise<string> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of answer.body) pieces.push(piece);
  } catch {
    throw brokenOff();
  }
  await answer.close();
  return (pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)).toString();
}

function errorIn(body: string, status: number | undefined): ErrorDocument {
  try {
    const document = JSON.parse(body) as Partial<ErrorDocument> | null;
    if (document?.error?.message !== undefined) return document as ErrorDocument;
  } catch {
    // Whoever answers here is not vnetd; said below.
  }
  return { error: { code: 'internal', message: `the answer is not vnetd's (HTTP status ${status})` } };
}

function endingFor({ error: { code, message } }: ErrorDocument): Ending {
  switch (code) {
    case 'not-found':
    case 'no-permission':
      return new Ending(exit.notSo, message, code);
    case 'not-reachable':
    case 'stopping':
    case 'too-slow':
      return new Ending(exit.unreachable, message, code);
    default:
      return new Ending(exit.internal, message, code);
  }
}

function brokenOff(): Ending {
  return new Ending(exit.unreachable, 'vnetd hung up in the middle of its answer');
}

function whyUnreachable(socket: string, error: NodeJS.ErrnoException): string {
  if (error instanceof BrokenOff) return `vnetd hung up on ${socket} without an answer`;
  const { code, message } = error;
  switch (code) {
    case 'ENOENT':
      return `vnetd is not running: there is no socket ${socket} (\`systemctl start vnetd\` starts it; --socket names another)`;
    case 'ECONNREFUSED':
      return `vnetd is not running: nobody listens on ${socket} (\`systemctl start vnetd\` starts it)`;
    case 'EACCES':
      return `you may not talk to vnetd: ${whoMay(socket)} may use ${socket}`;
    case 'ECONNRESET':
    case 'EPIPE':
      return `vnetd hung up on ${socket} without an answer`;
    default:
      return `vnetd cannot be reached on ${socket}: ${message}`;
  }
}

function whoMay(socket: string): string {
  try {
    const { gid, mode } = statSync(socket);
    const group = (mode & 0o020) === 0 || gid === 0 ? undefined : groupName(gid);
    return group === undefined ? 'only root' : `only root and the members of group ${group}`;
  } catch {
    return 'only root';
  }
}

function groupName(gid: number): string | undefined {
  const line = readFileSync('/etc/group', 'utf8')
    .split('\n')
    .find((candidate) => candidate.split(':')[2] === String(gid));
  return line?.split(':')[0];
}
