import type { Log } from '../shared/runtime/log.ts';
import type { PublishedInterface } from './membership/speaker-facts.ts';

/** Logs what this node can announce on, and of that what has no carrier, whenever it has become another. */
export class InterfaceReports {
  readonly #log: Log;
  #said: string | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  see(interfaces: readonly PublishedInterface[]): void {
    const now = JSON.stringify(interfaces);
    if (now === this.#said) return;
    this.#said = now;
    const connected = interfaces.filter(({ carrier }) => carrier).map(({ name }) => name);
    const withoutCarrier = interfaces.filter(({ carrier }) => !carrier).map(({ name }) => name);
    if (connected.length > 0) this.#log.info('interfaces', { connected, withoutCarrier });
    else this.#log.warn('interfaces', { connected, withoutCarrier, meaning: nothingText(withoutCarrier) });
  }
}

function nothingText(withoutCarrier: readonly string[]): string {
  const why =
    withoutCarrier.length > 0
      ? 'no link has a carrier; look at the cable, the switch port or the bond'
      : 'no interface is up, or all of them are excluded; compare with "ip link" on this node';
  return `this node can announce nothing: ${why}`;
}
