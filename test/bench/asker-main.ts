import { workerData } from 'node:worker_threads';
import { loadLibc } from '../../speaker/system/libc.ts';
import type { AskerOptions } from './asking.ts';
import { askNothing, askToEnd, ProbeSocket } from './asking.ts';

/* The asking half of a client that sleeps while its request is under way: it asks when told, from a thread of its own. */

const options: AskerOptions = workerData;
const command = new Int32Array(options.shared, 0, 1);
const sentAt = new BigInt64Array(options.shared, 8, 1);
const socket = new ProbeSocket(loadLibc(), options);

/** Long enough for the other thread to fall asleep. */
const restNs = 20_000n;

for (let index = 0; index !== askToEnd; index = Atomics.load(command, 0)) {
  if (index !== askNothing) {
    Atomics.store(command, 0, askNothing);
    const startNs = process.hrtime.bigint();
    while (process.hrtime.bigint() - startNs < restNs);
    sentAt[0] = process.hrtime.bigint();
    socket.ask(options.requests[index - 1] ?? '');
    socket.flush();
  }
  Atomics.wait(command, 0, askNothing);
}
socket.close();
