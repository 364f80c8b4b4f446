import { Decisions } from './decisions.ts';

/*
 * One scenario in a process of its own: no other one's garbage is in its heap. The heap is as V8 has it: the controller
 * keeps its own small, which suits ten thousand Services, not a million.
 */

const decisions = new Decisions(JSON.parse(process.argv[2] ?? ''));
process.on('message', (order) => process.send?.(order === 'fragment' ? fragment() : decisions.window(Number(order))));
collect();
process.send?.('ready');

function fragment(): true {
  decisions.fragment();
  collect();
  return true;
}

/** What was discarded up to here is none of the decisions' garbage. */
function collect(): void {
  globalThis.gc?.();
}
