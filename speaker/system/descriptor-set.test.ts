import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DescriptorSet } from './descriptor-set.ts';
import { loadLibc } from './libc.ts';
import { WakeUp } from './wake-up.ts';

test('those that have something to read are called in their order, until it is read, and the others are not', () => {
  const libc = loadLibc();
  const wakeUps = [WakeUp.open(libc), WakeUp.open(libc), WakeUp.open(libc)];
  const called: number[] = [];
  const set = new DescriptorSet(
    libc,
    wakeUps.map(({ fd }, index) => ({ fd, onReadable: () => called.push(index) })),
  );
  set.wait(0);
  assert.deepEqual(called, []);
  wakeUps[2]?.wake();
  wakeUps[0]?.wake();
  set.wait(1_000);
  assert.deepEqual(called.splice(0), [0, 2]);
  wakeUps[2]?.clear();
  set.wait(1_000);
  assert.deepEqual(called, [0]);
  set.close();
  for (const wakeUp of wakeUps) wakeUp.close();
});

test('a descriptor that is none is refused', () => {
  assert.throws(() => new DescriptorSet(loadLibc(), [{ fd: -1, onReadable: () => undefined }]), {
    message: 'cannot wait for a descriptor: EBADF',
  });
});
