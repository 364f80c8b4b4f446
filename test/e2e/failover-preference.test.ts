import { test } from 'node:test';
import { assertAllAnswered, failoverSuite, moves, preferAnother, setExcluded } from './failover-suite.ts';

const options = { name: 'the addresses follow what is preferred', speakerArgs: ['--failback=always'] };

await failoverSuite(import.meta.filename, options, (watched) => {
  test('with failback=always a node that comes back takes them over again, and no request goes unanswered', async () => {
    const { from } = await moves(watched(), (owner) => owner.crash());
    const back = await moves(watched(), () => from.boot());
    await assertAllAnswered(watched(), back.sinceMs);
  });

  test('a node that is labelled as excluded hands over, and no request goes unanswered; likewise when it may serve again', async () => {
    const away = await moves(watched(), (owner) => setExcluded(watched(), owner, true));
    await assertAllAnswered(watched(), away.sinceMs);
    const back = await moves(watched(), () => setExcluded(watched(), away.from, false));
    await assertAllAnswered(watched(), back.sinceMs);
  });

  test('an advertisement that prefers another node moves them there, and no request goes unanswered', async () => {
    const { sinceMs } = await moves(watched(), (owner) => preferAnother(watched(), owner));
    await assertAllAnswered(watched(), sinceMs);
  });

  test('a node whose kube-proxy is not healthy hands over, and takes its place again when it is', async () => {
    const { from } = await moves(watched(), ({ proxy }) => proxy.kill('SIGUSR2'));
    const back = await moves(watched(), () => from.proxy.kill('SIGHUP'));
    await assertAllAnswered(watched(), back.sinceMs);
  });
});
