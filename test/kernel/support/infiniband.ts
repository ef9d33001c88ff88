import { output, type Test } from './command.ts';
import { ip, link } from './ip.ts';
import type { Namespace } from './namespace.ts';
import { until } from './until.ts';

/**
 * Gives a namespace ports of InfiniBand, `ib0`, `ib1`, …, as links that are down.
 * The lab's soft RoCE poses as InfiniBand (lab/rxe-fake-ib.patch). It has neither a fabric nor traffic.
 */
export async function infinibandPorts(t: Test, ns: Namespace, count = 1): Promise<void> {
  // Short queues, for they take memory for every link. One by one: ib_ipoib has to be there when the port appears.
  await output(['modprobe', 'ib_ipoib', 'recv_queue_size=32', 'send_queue_size=32']);
  await output(['modprobe', 'rdma_rxe', 'fake_ib=1']);
  for (let i = 0; i < count; i++) {
    t.after(async () => {
      await output(['rdma', 'link', 'delete', `rxe${i}`]).catch(() => undefined);
      await ip('link', 'del', `roce${i}`).catch(() => undefined);
    });
    await ip('link', 'add', `roce${i}`, 'up', 'type', 'dummy');
    await output(['rdma', 'link', 'add', `rxe${i}`, 'type', 'rxe', 'netdev', `roce${i}`]);
    // Those before have left, so this is the first again.
    await until(() => link('ib0'), { within: 5000 });
    await ip('link', 'set', 'dev', 'ib0', 'netns', ns.name, 'name', `ib${i}`);
  }
}
