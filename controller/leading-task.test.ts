import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Task } from '../shared/runtime/task.ts';
import { FakeClock } from '../test/support/fake-clock.ts';
import { MemoryLog } from '../test/support/memory-log.ts';
import { settle } from '../test/support/settle.ts';
import { leadingTask } from './leading-task.ts';

/** An election that the test decides. */
class FakeElection {
  #leads = false;
  #listener: (leads: boolean) => void = () => undefined;

  isLeader(): boolean {
    return this.#leads;
  }

  onChange(listener: (leads: boolean) => void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = () => undefined;
    };
  }

  async set(leads: boolean): Promise<void> {
    this.#leads = leads;
    this.#listener(leads);
    await settle();
  }
}

function setUp() {
  const election = new FakeElection();
  const story: string[] = [];
  let terms = 0;
  const makeTasks = (): readonly Task[] => {
    terms += 1;
    const term = terms;
    return [
      {
        name: 'work',
        ready: Promise.resolve(),
        run: async (signal) => {
          story.push(`term ${term} begins`);
          await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
          story.push(`term ${term} ends`);
        },
      },
    ];
  };
  const onChange = (leads: boolean): void => void story.push(leads ? 'leads' : 'stands by');
  const task = leadingTask({ election, makeTasks, onChange, clock: new FakeClock(), log: new MemoryLog() });
  return { election, story, task };
}

test('the tasks run only while this process leads, and are made anew each time', async () => {
  const { election, story, task } = setUp();
  const stop = new AbortController();
  const ended = task.run(stop.signal);
  await settle();
  assert.deepEqual(story, ['stands by']);
  await election.set(true);
  await election.set(false);
  await election.set(true);
  stop.abort();
  await ended;
  assert.deepEqual(story, [
    'stands by',
    'leads',
    'term 1 begins',
    'term 1 ends',
    'stands by',
    'leads',
    'term 2 begins',
    'term 2 ends',
    'stands by',
  ]);
});

test('it ends while it stands by', async () => {
  const { task } = setUp();
  const stop = new AbortController();
  const ended = task.run(stop.signal);
  stop.abort();
  await ended;
});
