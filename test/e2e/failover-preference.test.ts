import { test } from 'node:test';
import { heraldNamespace } from '../cluster/cluster.ts';
import { assertAllAnswered, failoverSuite, moves } from './failover-suite.ts';

const advertisement = `/apis/metallb.io/v1beta1/namespaces/${heraldNamespace}/l2advertisements/lan`;
const excludeLabel = 'node.kubernetes.io/exclude-from-external-load-balancers';
const options = { name: 'the addresses follow what is preferred', speakerArgs: ['--failback=always'] };

await failoverSuite(import.meta.filename, options, (watched) => {
  function label(node: string, value: string | null): Promise<unknown> {
    return watched().cluster.api.mergePatch(`/api/v1/nodes/${node}`, {
      metadata: { labels: { [excludeLabel]: value } },
    });
  }

  test('with failback=always a node that comes back takes them over again, and no request goes unanswered', async () => {
    const { from } = await moves(watched(), (owner) => owner.crash());
    const back = await moves(watched(), () => from.boot());
    await assertAllAnswered(watched(), back.sinceMs);
  });

  test('a node that is labelled as excluded hands over, and no request goes unanswered; likewise when it may serve again', async () => {
    const away = await moves(watched(), ({ name }) => label(name, ''));
    await assertAllAnswered(watched(), away.sinceMs);
    const back = await moves(watched(), () => label(away.from.name, null));
    await assertAllAnswered(watched(), back.sinceMs);
  });

  test('an advertisement that prefers another node moves them there, and no request goes unanswered', async () => {
    const { api } = watched().cluster;
    const { sinceMs } = await moves(watched(), async (owner) => {
      const preferred = watched().cluster.nodes.find((node) => node !== owner);
      const preference = { matchLabels: { 'kubernetes.io/hostname': preferred?.name ?? '' } };
      await api.mergePatch(advertisement, { spec: { preferredNodeSelectors: [{ weight: 100, preference }] } });
    });
    await assertAllAnswered(watched(), sinceMs);
  });

  test('a node whose kube-proxy is not healthy hands over, and takes its place again when it is', async () => {
    const { from } = await moves(watched(), ({ proxy }) => proxy.kill('SIGUSR2'));
    const back = await moves(watched(), () => from.proxy.kill('SIGHUP'));
    await assertAllAnswered(watched(), back.sinceMs);
  });
});
