/** A child that records without end until it is killed: writer.js PATH. Says on stdout how far it has flushed. */
import { writeSync } from 'node:fs';
import { openHistory } from '../../../src/history/history.ts';
import { drift, generous } from './scratch.ts';

const history = openHistory({
  path: process.argv[2] as string,
  settings: generous,
  onTrouble: (sentence) => console.error(sentence),
});
let count = 0;
const turn = () => {
  for (let i = 0; i < 200; i++) history.record(drift('eth0', ++count));
  history.flush();
  writeSync(1, `${count}\n`);
  setImmediate(turn);
};
turn();
