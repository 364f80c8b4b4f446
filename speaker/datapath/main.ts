import { workerData } from 'node:worker_threads';
import { loadLibc } from '../system/libc.ts';
import { LoopTask } from './loop-task.ts';

/* The datapath thread: started by DatapathTask as a Worker. */
await new LoopTask(loadLibc(), workerData.port, workerData.options).run();
