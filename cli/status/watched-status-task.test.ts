import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { ApiError } from '../../shared/kube/api-error.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import type { Outcome, Session, Terminal } from '../command.ts';
import { readOptions } from '../options.ts';
import { plainStyle } from '../output/style.ts';
import { statusCommand } from './status-command.ts';
import { watchStatus } from './watched-status-task.ts';

const unexpected = (): never => {
  throw new Error('nobody asks for this');
};

let clock: FakeClock;
let written: string;
let stop: AbortController;

function sessionOn(size: Terminal['size'], output = 'text'): Session {
  const options = readOptions([statusCommand], {
    argv: ['status', '--watch', '-o', output],
    environment: {},
    terminal: false,
  });
  return {
    options,
    style: plainStyle,
    clock,
    terminal: {
      size,
      write: (text) => {
        written += text;
      },
    },
    signal: stop.signal,
    client: unexpected,
    contextNamespace: unexpected,
    nowMs: () => clock.wallMs(),
    readCluster: unexpected,
    readFiles: unexpected,
  };
}

function outcome(...lines: readonly string[]): Outcome {
  return { report: { lines }, lines, exitCode: 1 };
}

/** What was written since it was asked last. */
function news(): string {
  const text = written;
  written = '';
  return text;
}

beforeEach(() => {
  clock = new FakeClock();
  written = '';
  stop = new AbortController();
});

describe('status --watch', () => {
  test('draws a terminal anew every two seconds, and gives it back', async () => {
    let said = outcome('one');
    const ended = watchStatus(sessionOn({ columns: 80, rows: 24 }), async () => said);
    await clock.advance(0);
    assert.equal(news(), '\u001b[?7l\u001b[2J\u001b[Hone\u001b[K\n\u001b[J');
    said = outcome('two', 'three');
    await clock.advance(1_999);
    assert.equal(news(), '');
    await clock.advance(1);
    assert.equal(news(), '\u001b[Htwo\u001b[K\nthree\u001b[K\n\u001b[J');
    stop.abort();
    assert.deepEqual(await ended, { ...said, exitCode: 0, written: true });
    assert.equal(news(), '\u001b[?7h');
    assert.equal(clock.pending, 0);
  });

  test('draws no more lines than fit', async () => {
    const ended = watchStatus(sessionOn({ columns: 80, rows: 4 }), async () => outcome('a', 'b', 'c', 'd'));
    await clock.advance(0);
    assert.ok(news().endsWith('\u001b[Ha\u001b[K\nb\u001b[K\n… 2 lines more\u001b[K\n\u001b[J'));
    stop.abort();
    await ended;
  });

  test('writes to a pipe only what has changed', async () => {
    let said = outcome('one');
    const ended = watchStatus(sessionOn(undefined), async () => said);
    await clock.advance(0);
    assert.equal(news(), 'one\n');
    await clock.advance(10_000);
    assert.equal(news(), '');
    said = outcome('two');
    await clock.advance(2_000);
    assert.equal(news(), 'two\n');
    stop.abort();
    await ended;
  });

  test('writes one document after the other with -o json', async () => {
    const ended = watchStatus(sessionOn({ columns: 80, rows: 24 }, 'json'), async () => outcome('one'));
    await clock.advance(0);
    assert.deepEqual(JSON.parse(news()), { lines: ['one'] });
    stop.abort();
    await ended;
  });

  test('parts the documents of -o yaml', async () => {
    let said = outcome('one');
    const ended = watchStatus(sessionOn(undefined, 'yaml'), async () => said);
    await clock.advance(0);
    assert.equal(news(), 'lines:\n  - one\n');
    said = outcome('two');
    await clock.advance(2_000);
    assert.equal(news(), '---\nlines:\n  - two\n');
    stop.abort();
    await ended;
  });

  test('gives the terminal back where it fails later', async () => {
    let broken = false;
    const error = new Error('no such context');
    const look = async (): Promise<Outcome> => {
      if (broken) throw error;
      return outcome('one');
    };
    const rejected = assert.rejects(watchStatus(sessionOn({ columns: 80, rows: 24 }), look), error);
    await clock.advance(0);
    news();
    broken = true;
    await clock.advance(2_000);
    await rejected;
    assert.equal(news(), '\u001b[?7h');
  });

  test('goes on while the API server is away, and says that it is', async () => {
    let away = false;
    const look = async (): Promise<Outcome> => {
      if (away) throw new ApiError('Unreachable', 'cannot list services: connection refused', {});
      return outcome('one');
    };
    const ended = watchStatus(sessionOn(undefined), look);
    await clock.advance(0);
    news();
    away = true;
    await clock.advance(2_000);
    assert.equal(news(), 'Not up to date: cannot list services: connection refused; trying again\none\n');
    away = false;
    await clock.advance(2_000);
    assert.equal(news(), 'one\n');
    stop.abort();
    await ended;
  });

  test('fails where the first look does', async () => {
    const error = new ApiError('Unreachable', 'cannot list services: connection refused', {});
    await assert.rejects(
      watchStatus(sessionOn(undefined), () => Promise.reject(error)),
      error,
    );
  });
});
