import { after, afterEach, before, describe, type TestContext } from 'node:test';
import { type Cluster, type ClusterOptions, startCluster } from '../cluster/cluster.ts';
import { insideSandbox } from '../cluster/sandbox/reenter.ts';

/**
 * A suite over one cluster, which its tests share in their order. `file` is the calling test file: outside of a sandbox
 * it is run again inside of one. When a test fails, the last output of every process is printed.
 */
export async function clusterSuite(
  file: string,
  { name, ...options }: ClusterOptions & { readonly name: string },
  declareTests: (cluster: () => Cluster) => void,
): Promise<void> {
  if (!(await insideSandbox(file))) return;
  describe(name, () => {
    let running: Cluster | undefined;
    before(async () => {
      running = await startCluster(options);
    });
    afterEach((context) => {
      if (hasFailed(context)) console.error(running?.logs());
    });
    after(() => running?.stop());
    declareTests(() => {
      if (running === undefined) throw new Error('cannot use the cluster: it did not start');
      return running;
    });
  });
}

function hasFailed(context: unknown): boolean {
  const { error } = context as Partial<TestContext>;
  return error !== undefined && error !== null;
}
