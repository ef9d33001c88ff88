import { parentPort, workerData } from 'node:worker_threads';
import { firstFault } from './first-fault.ts';

// A thread that looks through the history whose path it is started with, answers once, and ends.
parentPort?.postMessage(firstFault(workerData as string));
