import { asObjectId, type ObjectId } from '../../model/address.ts';
import type { House } from '../house.ts';
import {
  configDocument,
  detailDocument,
  doctorDocument,
  objectDocument,
  planDocument,
  statusDocument,
} from './documents.ts';
import { followHistory, followStatus, tell } from './follow.ts';
import type { LineStream } from './line-stream.ts';
import {
  historyAsked,
  idsAsked,
  knownToHistory,
  objectsAsked,
  objectsStillThere,
  unknownObject,
} from './query.ts';

/** What a request asks for, once it is known to be allowed. */
export interface Asked {
  readonly house: House;
  readonly query: URLSearchParams;
  /** What stands for `{id}` in the path, decoded; empty where the path has none. */
  readonly id: ObjectId;
}

interface Path {
  readonly path: string;
  readonly parameters: readonly string[];
}

/** Answered with one document. */
interface DocumentEndpoint extends Path {
  readonly gives: 'document';
  readonly method: 'GET' | 'POST';
  answer(asked: Asked): unknown;
}

/** Answered with a document a line; what is wrong with the request is said before the first. */
interface LinesEndpoint extends Path {
  readonly gives: 'lines';
  readonly method: 'GET';
  answer(asked: Asked): (stream: LineStream) => Promise<void>;
}

/** GET reads, for all who may connect; POST changes something, for root alone. */
export type Endpoint = DocumentEndpoint | LinesEndpoint;

const historyParameters = ['id', 'since', 'until', 'limit'];

/** The socket's whole interface; docs/api.md tells it to people. */
export const endpoints: readonly Endpoint[] = [
  {
    gives: 'document',
    method: 'GET',
    path: '/v1/status',
    parameters: ['id'],
    answer({ house, query }) {
      const status = house.status();
      return statusDocument(status, objectsAsked(status, idsAsked(query)));
    },
  },
  {
    gives: 'lines',
    method: 'GET',
    path: '/v1/status/stream',
    parameters: ['id'],
    answer({ house, query }) {
      const ids = idsAsked(query);
      objectsAsked(house.status(), ids);
      return (stream) => followStatus(house, ids, stream);
    },
  },
  {
    gives: 'document',
    method: 'GET',
    path: '/v1/objects/{id}',
    parameters: [],
    async answer({ house, id }) {
      const detail = await house.detail(id);
      if (detail === null) throw unknownObject(house.status(), id);
      return detailDocument(detail);
    },
  },
  {
    gives: 'document',
    method: 'POST',
    path: '/v1/objects/{id}/restore',
    parameters: [],
    async answer({ house, id }) {
      const object = await house.restore(id);
      if (object === null) throw unknownObject(house.status(), id);
      return objectDocument(object);
    },
  },
  {
    gives: 'document',
    method: 'GET',
    path: '/v1/plan',
    parameters: ['id'],
    async answer({ house, query }) {
      const ids = idsAsked(query);
      objectsAsked(house.status(), ids);
      const steps = await house.plan(ids);
      const status = house.status();
      return planDocument(steps, objectsStillThere(status, ids), status);
    },
  },
  {
    gives: 'document',
    method: 'POST',
    path: '/v1/reload',
    parameters: [],
    answer: async ({ house }) => configDocument(await house.reload()),
  },
  {
    gives: 'lines',
    method: 'GET',
    path: '/v1/history',
    parameters: historyParameters,
    answer({ house, query }) {
      const asked = historyAsked(query);
      knownToHistory(house, asked.id);
      const past = house.history(asked);
      return async (stream) => {
        await tell(past, stream);
        stream.end();
      };
    },
  },
  {
    gives: 'lines',
    method: 'GET',
    path: '/v1/history/stream',
    parameters: ['id', 'since', 'limit'],
    answer({ house, query }) {
      const asked = historyAsked(query);
      knownToHistory(house, asked.id);
      const past = house.history(asked);
      return (stream) => followHistory(past, house, asked.id ?? null, stream);
    },
  },
  {
    gives: 'lines',
    method: 'GET',
    path: '/v1/watch',
    parameters: ['id'],
    answer({ house, query }) {
      const id = query.get('id');
      return (stream) => followHistory([], house, id === null ? null : asObjectId(id), stream);
    },
  },
  {
    gives: 'document',
    method: 'GET',
    path: '/v1/doctor',
    parameters: [],
    answer: async ({ house }) => doctorDocument(await house.doctor()),
  },
];
