import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cliSession } from '../../test/support/cli-session.ts';
import { type ClusterOf, clusterNowMs, clusterOf, serviceObject } from '../../test/support/cluster-objects.ts';
import { type Unreadable, unknownKind } from '../cluster.ts';
import type { Command, Outcome } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { planCommand } from '../plan/plan-command.ts';
import { statusCommand } from '../status/status-command.ts';

const pool = `apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: { name: lan, namespace: herald-system }
spec: { addresses: [192.168.1.240-192.168.1.250] }
`;
const yaml = 'address-pools:\n- { name: lan, protocol: layer2, addresses: [192.168.1.240-192.168.1.250] }\n';
const configMap = { metadata: { name: 'config', namespace: 'herald-system' }, data: { config: yaml } };

function run(command: Command, objects: ClusterOf): Promise<Outcome> {
  const argv = [command.name, ...(command === planCommand ? ['-f', 'file'] : [])];
  const session = cliSession([command], argv, {
    nowMs: () => clusterNowMs,
    readCluster: async () => clusterOf({ services: [serviceObject({ ips: ['192.168.1.240'] })], ...objects }),
    readFiles: () => [{ name: 'file', text: pool }],
  });
  return command.run(session);
}

async function refusal(command: Command, objects: ClusterOf): Promise<string> {
  const error: unknown = await run(command, objects).catch((thrown: unknown) => thrown);
  return error instanceof CommandError ? `${error.code}: ${error.message}` : '';
}

const tasks = [
  { command: statusCommand, task: 'tell the status' },
  { command: planCommand, task: 'plan' },
];

for (const { command, task } of tasks) {
  describe(`${command.name} decides nothing by what is known in part`, () => {
    for (const resource of ['services', 'endpointslices', 'nodes', 'leases', 'ipaddresspools', 'l2advertisements']) {
      test(`${resource} may not be read, and a ConfigMap is there`, async () => {
        const unreadable: readonly Unreadable[] = [{ resource, why: `cannot list ${resource}: forbidden` }];
        assert.equal(
          await refusal(command, { unreadable, configMap, pools: [] }),
          `Unreadable: cannot ${task}: ${resource} can not be read: cannot list ${resource}: forbidden`,
        );
      });
    }

    test('where pools are unknown, the ConfigMap has them', async () => {
      const unreadable = [{ resource: 'ipaddresspools', why: unknownKind }];
      assert.equal(await refusal(command, { unreadable, pools: [], advertisements: [], configMap }), '');
      assert.equal(
        await refusal(command, { unreadable, pools: [], advertisements: [] }),
        `Unreadable: cannot ${task}: ipaddresspools can not be read: the API server does not know this kind`,
      );
    });

    test('what adds to it only may be missing', async () => {
      assert.equal(await refusal(command, { unreadable: [{ resource: 'servicel2statuses', why: 'forbidden' }] }), '');
    });
  });
}
