import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Announcer } from './announcer.ts';

/** Runs to `untilMs`, from deadline to deadline; "address@ms" for each announcement. */
function run(announcer: Announcer, untilMs: number): string[] {
  const announced: string[] = [];
  for (let nowMs = announcer.nextDeadlineMs(); nowMs <= untilMs; nowMs = announcer.nextDeadlineMs()) {
    for (let ip = announcer.takeDue(nowMs); ip !== undefined; ip = announcer.takeDue(nowMs)) {
      announced.push(`${ip}@${nowMs}`);
    }
  }
  return announced;
}

const off = { refreshMs: 0, framesPerTick: 200, tickMs: 10 };

test('an address is announced at 0, 0.1, 0.3, 1, 2 and 4 s, and then no more where refresh is off', () => {
  const announcer = new Announcer(off);
  announcer.start('a', 2, 5_000);
  assert.deepEqual(run(announcer, 1_000_000), ['a@5000', 'a@5100', 'a@5300', 'a@6000', 'a@7000', 'a@9000']);
  assert.equal(announcer.nextDeadlineMs(), Number.POSITIVE_INFINITY);
});

test('it is refreshed at the interval from then on', () => {
  const announcer = new Announcer({ ...off, refreshMs: 60_000 });
  announcer.start('a', 2, 0);
  assert.deepEqual(run(announcer, 130_000).slice(5), ['a@4000', 'a@64000', 'a@124000']);
});

test('stopping ends it at once, and starting again begins anew', () => {
  const announcer = new Announcer(off);
  announcer.start('a', 2, 0);
  announcer.start('b', 1, 50);
  assert.deepEqual(run(announcer, 60), ['a@0', 'b@50']);
  announcer.stop('a');
  announcer.start('b', 1, 70);
  assert.deepEqual(run(announcer, 400), ['b@70', 'b@170', 'b@370']);
});

test('stopping what was never started changes nothing', () => {
  const announcer = new Announcer(off);
  announcer.start('a', 2, 0);
  announcer.stop('b');
  assert.deepEqual(run(announcer, 0), ['a@0']);
});

test('thousands of addresses are spread over ticks, and none is announced twice before all were once', () => {
  const announcer = new Announcer(off);
  for (let n = 0; n < 1_000; n += 1) announcer.start(`vip-${n}`, 2, 0);
  const announced = run(announcer, 95);
  assert.equal(new Set(announced.map((text) => text.split('@')[0])).size, 1_000);
  const perTick = Map.groupBy(announced, (text) => text.split('@')[1]);
  assert.deepEqual(
    [...perTick].map(([at, texts]) => [at, texts.length]),
    ['0', '10', '20', '30', '40', '50', '60', '70', '80', '90'].map((at) => [at, 100]),
  );
});

test('whatever starts and stops, no tick has more frames than its budget, and nothing stopped is announced', () => {
  const step = fc.record({
    ip: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    type: fc.constantFrom('start', 'start', 'stop'),
    afterMs: fc.integer({ min: 0, max: 300 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const announcer = new Announcer({ refreshMs: 500, framesPerTick: 4, tickMs: 10 });
      const running = new Set<string>();
      const frames = new Map<string, number>();
      let nowMs = 0;
      for (const { ip, type, afterMs } of steps) {
        if (type === 'start') announcer.start(ip, 2, nowMs);
        else announcer.stop(ip);
        if (type === 'start') running.add(ip);
        else running.delete(ip);
        nowMs += afterMs;
        for (const text of run(announcer, nowMs)) {
          const [name = '', at = ''] = text.split('@');
          assert.ok(running.has(name), `${text} was stopped`);
          frames.set(at, (frames.get(at) ?? 0) + 2);
        }
      }
      for (const [at, count] of frames) assert.ok(count <= 4, `${count} frames at ${at}`);
    }),
  );
});
