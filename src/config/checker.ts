import { parentPort, workerData } from 'node:worker_threads';
import { check } from './check.ts';
import type { CheckerData } from './check-aside.ts';

// A thread that checks the files it is started with, answers once, and ends.
const { files } = workerData as CheckerData;
parentPort?.postMessage(files.map(({ file, hash, text }) => JSON.stringify(check(file, hash, text))));
