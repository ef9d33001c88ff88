import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a document holds is what the tests are about
  readonly json: any;
}

interface Sending {
  readonly method?: string;
  readonly body?: string | Buffer;
}

/** One request, and the whole answer. */
export async function send(
  socketPath: string,
  path: string,
  { method = 'GET', body }: Sending = {},
): Promise<Reply> {
  const sent = request({ socketPath, path, method, agent: false });
  // A refusal may come before all of a body was written.
  sent.on('error', () => {});
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.setEncoding('utf8');
  let text = '';
  for await (const piece of response) text += piece as string;
  const isJson = response.headers['content-type'] === 'application/json';
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : null,
  };
}

export interface Lines {
  // biome-ignore lint/suspicious/noExplicitAny: what a line holds is what the tests are about
  next(): Promise<any>;
  close(): void;
}

/** A stream, read line by line; `next` gives undefined at its end. */
export async function follow(socketPath: string, path: string): Promise<Lines> {
  const sent = request({ socketPath, path, agent: false }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const lines = createInterface({ input: response })[Symbol.asyncIterator]();
  return {
    async next() {
      const { value, done } = await lines.next();
      return done === true ? undefined : JSON.parse(value);
    },
    close: () => void response.destroy(),
  };
}
