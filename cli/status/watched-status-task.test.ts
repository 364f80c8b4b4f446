import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { delay } from '../../shared/runtime/delay.ts';
import { cliSession } from '../../test/support/cli-session.ts';
import { clusterOf } from '../../test/support/cluster-objects.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import type { Cluster } from '../cluster.ts';
import type { Outcome, Terminal } from '../command.ts';
import type { FollowedCluster } from '../kube/followed-cluster-task.ts';
import { statusCommand } from './status-command.ts';
import { watchStatus } from './watched-status-task.ts';

let clock: FakeClock;
let written: string;
let stop: AbortController;
/** What is to be seen of the cluster: its namespace is enough here. */
let seen: string;
let lost: unknown;
let change: () => void;
let following: boolean;

function clusterNow(): Cluster {
  return { ...clusterOf({}), namespace: seen };
}

const followed: FollowedCluster = {
  cluster: clusterNow,
  lost: () => lost,
  changed: async (withinMs, signal) => {
    const woken = new AbortController();
    change = () => woken.abort();
    await delay(clock, withinMs, AbortSignal.any([signal, woken.signal]));
    return !signal.aborted;
  },
  run: (signal) => {
    following = true;
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        following = false;
        resolve();
      });
    });
  },
};

/** Lines that are named like this. */
function look({ namespace }: Cluster): Outcome {
  if (namespace === 'unreadable') throw new Error('no such context');
  const lines = namespace.split(' ');
  return { report: { lines }, lines, exitCode: 1 };
}

function watch(size: Terminal['size'], output = 'text'): Promise<Outcome> {
  const write = (text: string): void => {
    written += text;
  };
  const session = cliSession([statusCommand], ['status', '--watch', '-o', output], {
    clock,
    terminal: { size, write },
    signal: stop.signal,
    follow: () => followed,
  });
  return watchStatus(session, clusterNow(), look);
}

/** What was written since it was asked last. */
function news(): string {
  const text = written;
  written = '';
  return text;
}

async function changeTo(what: string): Promise<void> {
  seen = what;
  change();
  await clock.advance(0);
}

beforeEach(() => {
  clock = new FakeClock();
  written = '';
  stop = new AbortController();
  seen = 'one';
  lost = undefined;
  following = false;
});

const terminal = { columns: 80, rows: 24 };

describe('status --watch', () => {
  test('draws a terminal anew as soon as something changes, and gives it back', async () => {
    const ended = watch(terminal);
    await clock.advance(0);
    assert.equal(news(), '\u001b[?7l\u001b[2J\u001b[Hone\u001b[K\n\u001b[J');
    await changeTo('two three');
    assert.equal(news(), '\u001b[Htwo\u001b[K\nthree\u001b[K\n\u001b[J');
    assert.equal(following, true);
    stop.abort();
    assert.deepEqual(await ended, { ...look(clusterNow()), exitCode: 0, written: true });
    assert.equal(news(), '\u001b[?7h');
    assert.equal(following, false);
    assert.equal(clock.pending, 0);
  });

  test('draws it anew every two seconds, for ages go by', async () => {
    const ended = watch(terminal);
    await clock.advance(0);
    news();
    await clock.advance(1_999);
    assert.equal(news(), '');
    await clock.advance(1);
    assert.equal(news(), '\u001b[Hone\u001b[K\n\u001b[J');
    stop.abort();
    await ended;
  });

  test('draws no more lines than fit', async () => {
    seen = 'a b c d';
    const ended = watch({ columns: 80, rows: 4 });
    await clock.advance(0);
    assert.ok(news().endsWith('\u001b[Ha\u001b[K\nb\u001b[K\n… 2 lines more\u001b[K\n\u001b[J'));
    stop.abort();
    await ended;
  });

  test('writes to a pipe only what has changed', async () => {
    const ended = watch(undefined);
    await clock.advance(0);
    assert.equal(news(), 'one\n');
    await clock.advance(10_000);
    assert.equal(news(), '');
    await changeTo('two');
    assert.equal(news(), 'two\n');
    stop.abort();
    await ended;
  });

  test('writes one document after the other with -o json', async () => {
    const ended = watch(terminal, 'json');
    await clock.advance(0);
    assert.deepEqual(JSON.parse(news()), { lines: ['one'] });
    stop.abort();
    await ended;
  });

  test('parts the documents of -o yaml', async () => {
    const ended = watch(undefined, 'yaml');
    await clock.advance(0);
    assert.equal(news(), 'lines:\n  - one\n');
    await changeTo('two');
    assert.equal(news(), '---\nlines:\n  - two\n');
    stop.abort();
    await ended;
  });

  test('gives the terminal back where it fails later, and follows no longer', async () => {
    const rejected = assert.rejects(watch(terminal), /no such context/);
    await clock.advance(0);
    news();
    await changeTo('unreadable');
    await rejected;
    assert.equal(news(), '\u001b[?7h');
    assert.equal(following, false);
  });

  test('goes on while the API server is away, and says that it is', async () => {
    const ended = watch(undefined);
    await clock.advance(0);
    news();
    lost = new Error('cannot list services: connection refused');
    await changeTo('one');
    assert.equal(news(), 'Not up to date: cannot list services: connection refused; trying again\none\n');
    lost = undefined;
    await changeTo('one');
    assert.equal(news(), 'one\n');
    stop.abort();
    await ended;
  });

  test('fails where the first look does', async () => {
    seen = 'unreadable';
    await assert.rejects(watch(undefined), /no such context/);
  });
});
