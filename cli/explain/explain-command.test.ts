import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { endpointSliceResource } from '../../shared/api/endpoint-slice.ts';
import { ipAddressPoolResource } from '../../shared/api/ip-address-pool.ts';
import { l2AdvertisementResource } from '../../shared/api/l2-advertisement.ts';
import { leaseResource } from '../../shared/api/lease.ts';
import { nodeResource } from '../../shared/api/node.ts';
import { serviceResource } from '../../shared/api/service.ts';
import { serviceL2StatusResource } from '../../shared/api/service-l2-status.ts';
import { ApiError } from '../../shared/kube/api-error.ts';
import { cliSession } from '../../test/support/cli-session.ts';
import {
  advertisementObject,
  clusterNowMs,
  l2StatusOf,
  leaseObject,
  poolObject,
  serviceObject,
} from '../../test/support/cluster-objects.ts';
import { FakeApiClient } from '../../test/support/fake-api-client.ts';
import { nodeJson, sliceJson } from '../../test/support/plan-inputs.ts';
import type { Outcome } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { recentEventResource } from '../doctor/recent-event.ts';
import { noOverrides } from '../installation.ts';
import { readCluster } from '../kube/read-cluster.ts';
import { explainCommand } from './explain-command.ts';

let api: FakeApiClient;

/** `kubectl herald explain …`, with `shop` as the namespace of the kubeconfig's context. */
function explain(...argv: readonly string[]): Promise<Outcome> {
  const nowMs = (): number => clusterNowMs;
  const session = cliSession([explainCommand], ['explain', ...argv], {
    client: () => api,
    contextNamespace: () => 'shop',
    nowMs,
    readCluster: () => readCluster({ client: api, nowMs, namespace: undefined, overrides: noOverrides }),
  });
  return explainCommand.run(session);
}

function forbid(plural: string): void {
  const message = `cannot list ${plural}: ${plural} is forbidden`;
  api.fail('list', new ApiError('Forbidden', message, { status: 403 }), { plural });
}

async function refusal(...argv: readonly string[]): Promise<string> {
  const error: unknown = await explain(...argv).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof CommandError, String(error));
  return error.message;
}

beforeEach(() => {
  api = new FakeApiClient();
  api.put(nodeResource, nodeJson('node-a'));
  api.put(leaseResource, leaseObject('node-a'));
  api.put(ipAddressPoolResource, poolObject('lan', { addresses: ['192.168.1.240/32'] }));
  api.put(l2AdvertisementResource, advertisementObject('all'));
  api.put(serviceResource, serviceObject({ ips: ['192.168.1.240'] }));
  api.put(endpointSliceResource, sliceJson('web', ['node-a']));
  api.put(serviceL2StatusResource, l2StatusOf('web', 'node-a'));
});

describe('explain', () => {
  for (const argv of [['web'], ['shop/web'], ['svc/web'], ['web', '-n', 'shop'], ['shop/web', '-n', 'other']]) {
    test(`${argv.join(' ')} finds the Service`, async () => {
      const { lines, exitCode } = await explain(...argv);
      assert.match(lines[0] ?? '', /^Service shop\/web is served: 192\.168\.1\.240, announced by node-a since /);
      assert.equal(exitCode, 0);
    });
  }

  test('reads the events of that Service alone', async () => {
    for (const [name, mac] of [
      ['web', '02:00:00:00:00:99'],
      ['api', '02:00:00:00:00:77'],
    ]) {
      api.put(recentEventResource, {
        metadata: { namespace: 'shop', name: `${name}` },
        involvedObject: { kind: 'Service', namespace: 'shop', name: `${name}` },
        reason: 'AddressConflict',
        message: `${mac} claims it`,
        lastTimestamp: new Date(clusterNowMs - 1_000).toISOString(),
      });
    }
    const { lines } = await explain('web');
    assert.deepEqual(
      lines.filter((line) => line.includes(' claims it')),
      ['Conflict    02:00:00:00:00:99 claims it (1 s ago)'],
    );
  });

  test('goes on without events', async () => {
    forbid('events');
    assert.equal((await explain('web')).exitCode, 0);
  });

  test('goes on without the reports of owners, and says so', async () => {
    forbid('servicel2statuses');
    const { lines, exitCode } = await explain('web');
    assert.equal(exitCode, 0);
    assert.equal(lines[0], 'Service shop/web is served: 192.168.1.240');
    assert.equal(
      lines.at(-1),
      'Note        servicel2statuses were not read, so this may be incomplete: cannot list servicel2statuses: servicel2statuses is forbidden',
    );
  });

  test('says that there is no such Service', async () => {
    assert.equal(await refusal('api'), 'cannot explain Service shop/api: there is no such Service');
  });

  for (const plural of ['services', 'endpointslices', 'nodes', 'leases', 'ipaddresspools', 'l2advertisements']) {
    test(`explains nothing without ${plural}`, async () => {
      forbid(plural);
      if (plural === 'leases') forbid(plural);
      assert.equal(
        await refusal('web'),
        `cannot explain Service shop/web: ${plural} can not be read: cannot list ${plural}: ${plural} is forbidden`,
      );
    });
  }
});
