import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, test } from 'node:test';
import { MemoryLog } from '../../test/support/memory-log.ts';
import { shutdownSignal } from './shutdown.ts';

class FakeProcess extends EventEmitter {
  exited: number | undefined;
  exit(code: number): void {
    this.exited = code;
  }
}

describe('shutdown', () => {
  for (const name of ['SIGTERM', 'SIGINT']) {
    test(`${name} aborts; the second signal ends the process`, () => {
      const source = new FakeProcess();
      const signal = shutdownSignal(source, new MemoryLog());
      assert.equal(signal.aborted, false);
      source.emit(name);
      assert.equal(signal.aborted, true);
      assert.equal(source.exited, undefined);
      source.emit('SIGINT');
      assert.equal(source.exited, 130);
    });
  }
});
