import { parentPort, workerData } from 'node:worker_threads';
import { listenForModules } from '../netlink/module-notices.ts';
import { Courier } from '../netlink/namespaces.ts';
import { DeviceNodes } from '../owners/device-nodes.ts';
import { Ledger } from '../owners/ledger.ts';
import { hostHere } from './abilities/host.ts';
import { watchModuleFiles } from './abilities/watch-files.ts';
import { detailOf, planOf, undeclaredOf } from './answers.ts';
import { Changes, type DeclarationChange } from './changes.ts';
import { doctorOf } from './doctor.ts';
import { statusOf } from './held.ts';
import { identityOf, realFolder } from './identity.ts';
import { Keeper } from './keeper.ts';
import type { Answers, FromKeeper, KeeperData, Question, ToKeeper } from './messages.ts';
import { News } from './news.ts';
import { Pulse } from './pulse.ts';
import { openSlowSocket, openSocket, scopeHere } from './watchman.ts';

/** The worker thread: sockets, inventory, planner and executor; it alone waits for the kernel. */
function run(port: NonNullable<typeof parentPort>, data: KeeperData): void {
  const pulse = new Pulse(data.pulse);
  const socket = pulse.around(openSocket());
  const slowSocket = openSlowSocket();
  const courier = pulse.around(new Courier());
  let waiting: { readonly number: number; readonly generation: number }[] = [];
  let settled = 0;
  let sweeping: NodeJS.Timeout | undefined;

  const tell = (message: FromKeeper) => port.postMessage(message);
  const troubles = new Map<string, string>();
  const trouble = (about: string, sentence: string | null, over: string) => {
    if ((troubles.get(about) ?? null) === sentence) return;
    if (sentence === null) troubles.delete(about);
    else troubles.set(about, sentence);
    const standing = troubles.size === 0 ? null : [...troubles.values()].join('; ');
    tell({ say: 'trouble', standing, ...(sentence === null ? { over } : { begins: sentence }) });
  };
  const ledger = new Ledger(`${data.runtimeDirectory}/ledger`, scopeHere(), (sentence) =>
    trouble('the ledger', sentence, 'what vnetd made is written down again'),
  );
  const news = new News(
    (batch) => tell({ say: 'news', ...batch }),
    (id) => {
      const held = keeper.objects.get(id);
      return held === undefined ? undefined : statusOf(id, held);
    },
  );
  let undeclared = '';
  const tellUndeclared = () => {
    const ids = undeclaredOf(keeper, ledger);
    if (ids.join() === undeclared) return;
    undeclared = ids.join();
    tell({ say: 'undeclared', ids });
  };
  const keeper = new Keeper({
    socket,
    slowSocket,
    courier,
    namespaces: '/run/netns',
    ledger,
    facets: { node: new DeviceNodes() },
    ovsdb: data.ovsdb,
    identity: identityOf(realFolder(data.configDirectory)),
    trouble,
    happened: (happening) => news.happened(happening),
    changed: (id) => news.changed(id),
    settled: (generation) => {
      settled = generation;
      news.tellAll();
      tellUndeclared();
      tell({ say: 'settled', generation });
      for (const { number } of waiting.filter((one) => one.generation <= generation))
        tell({ say: 'answer', number, answer: true });
      waiting = waiting.filter((one) => one.generation > generation);
    },
    soon: (work) => setImmediate(work),
    later: (work, ms) => setTimeout(work, ms).unref(),
  });

  const changes = new Changes();
  const declare = (declaration: DeclarationChange) => {
    news.declaring();
    keeper.declare(declaration);
    clearInterval(sweeping);
    sweeping = setInterval(() => {
      keeper.sweep();
      tellUndeclared();
    }, declaration.daemon.sweepMs);
  };
  const answer = (number: number, question: Question) => {
    const say = (reply: Answers[keyof Answers]) => {
      news.tellAll();
      tell({ say: 'answer', number, answer: reply });
    };
    switch (question.ask) {
      case 'detail':
        return say(detailOf(keeper, ledger, question.id));
      case 'plan':
        return say(planOf(keeper, question.ids));
      case 'restore':
        return keeper.restore(question.id, () => {
          const held = keeper.objects.get(question.id);
          say(held === undefined ? null : statusOf(question.id, held));
        });
      case 'settled':
        if (settled >= question.generation) return say(true);
        waiting.push({ number, generation: question.generation });
        return;
      case 'doctor':
        return say(doctorOf(keeper));
      default:
        return question satisfies never;
    }
  };
  const stop = async () => {
    clearInterval(sweeping);
    await keeper.stop();
    news.tellAll();
    socket.close();
    slowSocket.close();
    modules?.close();
    endWatch();
    ledger.close();
    tell({ say: 'stopped' });
    port.close();
  };
  port.on('message', (message: ToKeeper) => {
    switch (message.say) {
      case 'declare':
        return declare({ ...message.settings, ...changes.take(message.links) });
      case 'sweep':
        return keeper.sweep();
      case 'ask':
        return answer(message.number, message.question);
      case 'taken':
        return news.taken();
      case 'stop':
        void stop();
        return;
      default:
        return message satisfies never;
    }
  });
  keeper.start();
  const modules = listenForModules();
  modules?.watch((name) => keeper.moduleLoaded(name));
  const endWatch = watchModuleFiles(hostHere, () => keeper.moduleLoaded(null));
  const beat = setInterval(() => pulse.beat(), 500);
  beat.unref();
}

if (parentPort === null) throw new Error('the keeper runs in a worker thread');
run(parentPort, workerData as KeeperData);
