import type { ServerResponse } from 'node:http';
import type { WatchSink } from './watch.ts';

/** A reader that falls this far behind is cut off, as the real server ends a watch that blocks. */
const maxPendingBytes = 64 * 1024 * 1024;

/** One watch as chunked JSON lines. */
export class WatchStream implements WatchSink {
  readonly #response: ServerResponse;
  readonly #streams: Set<WatchStream>;
  #paused = false;
  #gathering = false;

  constructor(response: ServerResponse, streams: Set<WatchStream>) {
    this.#response = response;
    this.#streams = streams;
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
    // Clients wait for the headers even when nothing happens.
    response.flushHeaders();
    streams.add(this);
  }

  onClose(stop: () => void): void {
    const finish = () => {
      this.#streams.delete(this);
      stop();
    };
    if (this.#response.destroyed || this.#response.writableEnded) finish();
    else this.#response.once('close', finish);
  }

  send(type: string, object: string): void {
    if (this.#paused || this.#response.destroyed) return;
    this.#gather();
    this.#response.write(`{"type":"${type}","object":${object}}\n`);
    if (this.#response.writableLength > maxPendingBytes) this.cut();
  }

  end(): void {
    this.#streams.delete(this);
    this.#response.end();
  }

  /** Drops the connection without a word. */
  cut(): void {
    this.#response.destroy();
  }

  /** The connection stays, and nothing more comes: what a client sees of a half-open connection. */
  freeze(): void {
    this.#paused = true;
  }

  /** What one turn of the event loop brings leaves in one write. */
  #gather(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    this.#response.cork();
    setImmediate(() => {
      this.#gathering = false;
      this.#response.uncork();
    });
  }
}
