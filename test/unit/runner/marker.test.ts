import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMarker } from '../../runner/marker.ts';

test('the comments at the top say where and how a test runs', () => {
  const source = `// kernels: uml-6.12 uml-6.1
// boot: systemd
// memory: 1G
// timeout: 300
// kernel-arguments: rdma_rxe.fake_ib=1
// What this is about: nothing of a marker.
// timeout: 1
`;
  assert.deepEqual(readMarker(source), {
    kernels: ['uml-6.12', 'uml-6.1'],
    systemd: true,
    memory: '1G',
    seconds: 300,
    kernelArguments: 'rdma_rxe.fake_ib=1',
  });
});

const refused: Record<string, [source: string, complaint: RegExp]> = {
  'no kernels': ["import 'x';", /the first line must be/],
  'an unknown kernel': ['// kernels: uml-5.10', /no kernel uml-5\.10/],
  'an unknown key': ['// kernels: host\n// timout: 9', /no key timout/],
  'an unknown boot': ['// kernels: uml-6.1\n// boot: sysv', /no boot sysv/],
  'systemd on the host': ['// kernels: host\n// boot: systemd', /systemd boots in User-mode Linux only/],
  'a timeout that is no number': ['// kernels: host\n// timeout: long', /timeout is a number/],
};

for (const [name, [source, complaint]] of Object.entries(refused)) {
  test(`refused: ${name}`, () => assert.throws(() => readMarker(source), complaint));
}
