import { asObjectId, type ObjectId } from '../../model/address.ts';
import { type Endpoint, endpoints } from './endpoints.ts';
import { allowOnly } from './query.ts';
import { Refusal } from './refusal.ts';

export interface Route {
  readonly endpoint: Endpoint;
  readonly id: ObjectId;
  readonly query: URLSearchParams;
}

/** Finds the endpoint for a request line; refuses what there is not. */
export function route(method: string, target: string): Route {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1));
  // Ids hold slashes, percent-encoded: a path is taken apart before it is decoded.
  const parts = path.split('/');
  const here = endpoints.filter((endpoint) => idIn(endpoint.path.split('/'), parts) !== undefined);
  if (here.length === 0) throw new Refusal('not-found', `there is no ${path} here`);
  const endpoint = here.find((candidate) => candidate.method === method);
  if (endpoint === undefined) {
    const methods = here.map((candidate) => candidate.method);
    const message = `${path} takes ${methods.join(' and ')}, not ${method}`;
    throw new Refusal('method-not-allowed', message, methods.join(', '));
  }
  allowOnly(query, endpoint.parameters);
  return { endpoint, id: decodedId(idIn(endpoint.path.split('/'), parts) ?? ''), query };
}

/** What stands for `{id}`, '' where the pattern has none, undefined where the path is another. */
function idIn(pattern: readonly string[], parts: readonly string[]): string | undefined {
  if (pattern.length !== parts.length) return undefined;
  let id = '';
  for (const [index, expected] of pattern.entries()) {
    const part = parts[index] as string;
    if (expected === '{id}' && part !== '') id = part;
    else if (expected !== part) return undefined;
  }
  return id;
}

function decodedId(text: string): ObjectId {
  try {
    return asObjectId(decodeURIComponent(text));
  } catch {
    throw new Refusal('bad-request', `${text} is not percent-encoded text`);
  }
}
