import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Failure } from '../model/failure.ts';
import { errorDocument } from './control/documents.ts';
import { keepSocket } from './control/kept-socket.ts';
import { LineStream } from './control/line-stream.ts';
import { type AskPeer, peerOf } from './control/peer.ts';
import { Refusal } from './control/refusal.ts';
import { route } from './control/route.ts';
import type { House } from './house.ts';

export type { AskPeer, Peer } from './control/peer.ts';

/** No endpoint wants a body; a small one is read over. */
const bodyLimit = 64 * 1024;

/** More clients than this are hung up on. */
const clientLimit = 256;

/** How long a client may be silent outside a stream, in the middle of a request or of its answer. */
const silenceMs = 30_000;

export interface ControlOptions {
  readonly path: string;
  /** Who may read, beside root; nobody where there is no such group. */
  readonly group: string;
  readonly house: House;
  /** Closes the socket; streams are told so. */
  readonly signal: AbortSignal;
  readonly peer: AskPeer;
  /** Told of surprises that a client saw as `internal`. */
  readonly surprised?: (error: unknown) => void;
  /** Told in a sentence when somebody removed the socket and it was made again, or cannot be. */
  readonly remade?: (sentence: string) => void;
  /** How often it is looked whether the socket is still there. */
  readonly lookMs?: number;
}

export interface Control {
  readonly path: string;
  /** The group that may read, null where only root may. */
  readonly group: string | null;
  /** Stops listening, ends all streams, and removes the socket. */
  close(): Promise<void>;
}

/**
 * Serves the house on a unix socket: HTTP, with JSON and NDJSON under `/v1`.
 * Whoever may connect may read; only root may change.
 */
export async function openControl(options: ControlOptions): Promise<Control> {
  const stopping = new AbortController();
  const newServer = () => {
    const server = createServer(
      { requestTimeout: silenceMs, headersTimeout: silenceMs },
      (request, response) => {
        void serve(request, response, options, stopping.signal);
      },
    );
    server.maxConnections = clientLimit;
    server.setTimeout(silenceMs);
    server.on('clientError', refuseNonsense);
    return server;
  };
  const socket = await keepSocket({ ...options, newServer });
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= socket.close(() => stopping.abort());
    return closed;
  };
  if (options.signal.aborted) await close();
  else options.signal.addEventListener('abort', () => void close(), { once: true });
  return { path: options.path, group: socket.group, close };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { house, peer, surprised }: ControlOptions,
  stopping: AbortSignal,
): Promise<void> {
  let stream: LineStream | undefined;
  try {
    const { endpoint, id, query } = route(request.method ?? '', request.url ?? '');
    if (endpoint.method === 'POST') onlyRoot(request.socket, peer);
    await readOver(request);
    if (request.socket.destroyed) return;
    // From here on it is the house that takes its time, not the client.
    request.socket.setTimeout(0);
    if (endpoint.gives === 'document') {
      sendDocument(response, 200, await endpoint.answer({ house, query, id }));
    } else {
      const lines = endpoint.answer({ house, query, id });
      stream = new LineStream(response, stopping);
      await lines(stream);
    }
  } catch (error) {
    if (request.socket.destroyed) return;
    const refusal = asRefusal(error);
    if (refusal.code === 'internal') surprised?.(error);
    if (stream !== undefined) stream.part(refusal.code, refusal.message);
    else refuse(request, response, refusal);
  }
}

function onlyRoot(socket: Socket, ask: AskPeer): void {
  const peer = peerOf(socket, ask);
  if (peer?.uid === 0) return;
  const who = peer === null ? 'it is not known who you are' : `you are user ${peer.uid}`;
  throw new Refusal('no-permission', `only root may change anything, and ${who}`);
}

async function readOver(request: IncomingMessage): Promise<void> {
  let size = 0;
  if (Number(request.headers['content-length'] ?? 0) > bodyLimit) throw tooLarge();
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > bodyLimit) throw tooLarge();
  }
}

function tooLarge(): Refusal {
  return new Refusal('body-too-large', `a body of more than ${bodyLimit} bytes is not read`);
}

function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  if (response.destroyed || response.headersSent) return;
  // What was not read of a body would be taken for the next request.
  if (!request.complete) response.setHeader('connection', 'close');
  if (refusal.allow !== null) response.setHeader('allow', refusal.allow);
  sendDocument(response, refusal.status, errorDocument(refusal.code, refusal.message));
}

function sendDocument(response: ServerResponse, status: number, document: unknown): void {
  const body = `${JSON.stringify(document)}\n`;
  response.socket?.setTimeout(silenceMs);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof Failure)) return new Refusal('internal', message);
  switch (error.code) {
    case 'no-permission':
    case 'not-reachable':
    case 'internal':
      return new Refusal(error.code, message);
    case 'usage':
    case 'bad-config':
      return new Refusal('bad-request', message);
    case 'kernel-refused':
    case 'events-lost':
    case 'already-running':
    case 'history-broken':
      return new Refusal('not-reachable', message);
    default:
      return error.code satisfies never;
  }
}

function refuseNonsense(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const body = `${JSON.stringify(errorDocument('bad-request', 'this is not an HTTP request'))}\n`;
  const head = [
    'HTTP/1.1 400 Bad Request',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ];
  socket.end(`${head.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`);
}
