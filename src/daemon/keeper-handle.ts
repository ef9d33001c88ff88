import { Worker } from 'node:worker_threads';
import type { DeclarationInText } from '../config/in-force.ts';
import { Failure } from '../model/failure.ts';
import { Intake } from './intake.ts';
import type { Answers, FromKeeper, KeeperData, Question, ToKeeper } from './messages.ts';

/** The main thread's end of the keeper's thread. */
export interface KeeperHandle {
  /** From now on tells what the keeper tells, and first what it told before. */
  listen(news: KeeperNews): void;
  declare(declaration: DeclarationInText): void;
  ask<Q extends Question>(question: Q): Promise<Answers[Q['ask']]>;
  /** Ends the thread when its last words are sent. */
  stop(): Promise<void>;
}

/** What the keeper tells beside answers. */
export interface KeeperNews {
  told(message: Exclude<FromKeeper, { say: 'answer' }>): void;
  /** It died: nothing is kept any more. */
  died(reason: string): void;
}

/** Three semi-spaces of a megabyte: with the sixteen of the default a quiet daemon keeps 30 MiB it does not use. */
const YOUNG_MB = 3;

/** Starts the thread, which reads the world at once, whoever listens by then. */
export function startKeeper(data: KeeperData): KeeperHandle {
  const worker = new Worker(new URL('./keeper-thread.js', import.meta.url), {
    workerData: data,
    name: 'keeper',
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
  const asked = new Map<
    number,
    { resolve(answer: Answers[keyof Answers]): void; reject(error: Error): void }
  >();
  let number = 0;
  let stopping = false;
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let listener: KeeperNews | undefined;
  let untold: ((news: KeeperNews) => void)[] = [];
  const pass = (word: (news: KeeperNews) => void) => {
    if (listener === undefined) untold.push(word);
    else word(listener);
  };
  const intake = new Intake(
    (message) => {
      if (message.say !== 'answer') return pass((news) => news.told(message));
      asked.get(message.number)?.resolve(message.answer);
      asked.delete(message.number);
    },
    () => tell({ say: 'taken' }),
  );
  worker.on('message', (message: FromKeeper) => intake.take(message));
  worker.on('error', (error) =>
    pass((news) => news.died(error instanceof Error ? (error.stack ?? error.message) : String(error))),
  );
  worker.on('exit', () => {
    intake.finish();
    for (const { reject } of asked.values()) reject(new Failure('internal', 'the keeper has ended'));
    if (!stopping) pass((news) => news.died('the keeper has ended'));
    end();
  });
  const tell = (message: ToKeeper) => worker.postMessage(message);
  return {
    listen(news) {
      listener = news;
      for (const word of untold) word(news);
      untold = [];
    },
    declare: ({ generation, daemon, whole, text }) =>
      tell({ say: 'declare', settings: { generation, daemon, whole }, links: text }),
    ask: (question) =>
      new Promise((resolve, reject) => {
        number += 1;
        asked.set(number, { resolve: resolve as (answer: Answers[keyof Answers]) => void, reject });
        tell({ say: 'ask', number, question });
      }),
    async stop() {
      stopping = true;
      tell({ say: 'stop' });
      await ended;
    },
  };
}
