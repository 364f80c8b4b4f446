import { systemClock } from '../../shared/runtime/system-clock.ts';
import { DatapathTask } from '../../speaker/datapath/datapath-task.ts';
import { fromHex } from './hex.ts';
import { ip } from './wire-namespace.ts';
import type { WireSpeakerOrder, WireSpeakerReport } from './wire-speaker-message.ts';

/* A speaker's datapath thread in a network namespace of its own, without an API server: the test is its main thread. */

const stop = new AbortController();
let task: DatapathTask | undefined;

function report(message: WireSpeakerReport): void {
  process.send?.(message);
}

async function start({ self, pulses }: Extract<WireSpeakerOrder, { type: 'start' }>): Promise<void> {
  task = new DatapathTask({ clock: systemClock(), self, refreshMs: 0, pulses });
  task.onEvent((event) => {
    const { user, system } = process.cpuUsage();
    report({ type: 'event', event, cpuMs: (user + system) / 1_000 });
  });
  const ended = task.run(stop.signal);
  await task.ready;
  report({ type: 'started' });
  await ended;
  process.exit(0);
}

/** The parent hears of it once it is sent; then this thread does nothing. */
function block(ms: number): void {
  process.send?.({ type: 'blocked' } satisfies WireSpeakerReport, () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  });
}

function obey(order: WireSpeakerOrder): void {
  switch (order.type) {
    case 'start':
      void start(order);
      break;
    case 'table':
      task?.send(order.table);
      break;
    case 'keys':
      task?.setKeys({
        send: order.send === undefined ? undefined : fromHex(order.send),
        accept: order.accept.map(fromHex),
      });
      break;
    case 'leaseRenewed':
      task?.leaseRenewed(order.node, 0);
      break;
    case 'apiHeard':
      task?.apiHeard(0);
      break;
    case 'leave':
      task?.leave();
      break;
    case 'stop':
      stop.abort();
      break;
    case 'block':
      block(order.ms);
      break;
    case 'ip':
      report({ type: 'ipDone', output: ip(order.command) });
      break;
  }
}

process.on('message', obey);
process.on('disconnect', () => process.exit(0));
report({ type: 'ready' });
