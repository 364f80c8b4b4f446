import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { type JsonObject, readObject, readObjects, readString } from '../../shared/api/json.ts';
import { ApiRefusedError, type KubeApi } from '../cluster/api/kube-api.ts';
import { heraldNamespace } from '../cluster/cluster.ts';
import { readManifests } from '../cluster/custom-resources.ts';
import { repositoryRoot } from '../support/source-tree.ts';
import { clusterSuite } from './cluster-suite.ts';
import { acceptedObjects, refusedObjects } from './crd-objects.ts';
import { largestObjects } from './largest-objects.ts';

const plurals: Readonly<Record<string, string>> = {
  BFDProfile: 'v1beta1 bfdprofiles',
  BGPAdvertisement: 'v1beta1 bgpadvertisements',
  BGPPeer: 'v1beta2 bgppeers',
  Community: 'v1beta1 communities',
  IPAddressPool: 'v1beta1 ipaddresspools',
  L2Advertisement: 'v1beta1 l2advertisements',
};

/** Without -o wide. */
const columnsOf: Readonly<Record<string, readonly string[]>> = {
  IPAddressPool: [
    ...['Auto Assign', 'Assigned IPv4', 'Available IPv4', 'Assigned IPv6', 'Available IPv6'],
    'Addresses',
  ],
  L2Advertisement: ['IPAddressPools', 'IPAddressPool Selectors', 'Node Selectors', 'Interfaces'],
  BGPPeer: ['Address', 'ASN', 'BFD Profile', 'Multi Hops'],
};

/** An object named `probe`, and where it lives. */
function probe(kind: string, spec: JsonObject): { readonly object: JsonObject; readonly collection: string } {
  const [version, plural] = (plurals[kind] ?? '').split(' ');
  const metadata = { name: 'probe', namespace: heraldNamespace };
  return {
    object: { apiVersion: `metallb.io/${version}`, kind, metadata, spec },
    collection: `/apis/metallb.io/${version}/namespaces/${heraldNamespace}/${plural}`,
  };
}

/** What the API server says to a new object, which is not kept; undefined where it is accepted. */
async function refusalOf(api: KubeApi, kind: string, spec: JsonObject): Promise<string | undefined> {
  const { object, collection } = probe(kind, spec);
  try {
    await api.create(`${collection}?dryRun=All`, object);
    return undefined;
  } catch (error) {
    if (error instanceof ApiRefusedError && error.status === 422) return error.message;
    throw error;
  }
}

const acceptedEntries = [
  ...['10.0.0.0/24', '10.0.0.77/24', '10.0.0.1', '10.0.0.1-10.0.0.9', ' 10.0.0.1 - 10.0.0.9 ', '2.0.0.0-10.0.0.0'],
  ...[
    '2001:db8::/64',
    '2001:db8::1',
    '::1-::2',
    'fe80::a-fe80::10',
    '1::-1::1',
    '::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  ],
  ...['2001:db8::-2001:DB8:0:0:1::', '1:2:3:4:5:6:7:8-1:2:3:4:5:6:7:8', 'ffff::-ffff::1'],
];
const noEntry = 'is no CIDR (192.0.2.0/24), range (192.0.2.5-192.0.2.9) or address';
const swapped = 'starts after its end; did you swap them?';
const refusedEntries: readonly [string, string][] = [
  ...['', 'lan', '10.0.0.0/33', '::/129', '10.0.0.0/024', '10.0.0.010', '10.0.0.1-', 'a-b-c', '10.0.0.0/24-10.0.1.0']
    .concat('::ffff:1.2.3.4', 'fe80::1%eth0')
    .map((entry): [string, string] => [entry, noEntry]),
  ...['10.0.0.9-10.0.0.1', '::2-::1', 'ffff::-::ffff', 'fe80::10-fe80::a', '2001:db8:0:0:1::-2001:db8::'].map(
    (entry): [string, string] => [entry, swapped],
  ),
  ['::1-1.2.3.4', 'begins and ends with addresses of two families; use two entries'],
];

if (process.env['KUBEBUILDER_ASSETS'] === undefined || process.env['KUBEBUILDER_ASSETS'] === '') {
  test('the rules of the CRDs', {
    skip: 'only a real kube-apiserver evaluates CEL; name one in KUBEBUILDER_ASSETS',
  }, () => {
    assert.fail('skipped');
  });
} else {
  const options = { name: 'the rules of the CRDs', nodeNames: ['node-a'], startHerald: false };
  await clusterSuite(import.meta.filename, options, (cluster) => {
    describe('an entry of addresses', () => {
      for (const entry of acceptedEntries) {
        test(`"${entry}" is accepted`, async () => {
          assert.equal(await refusalOf(cluster().api, 'IPAddressPool', { addresses: [entry] }), undefined);
        });
      }
      for (const [entry, why] of refusedEntries) {
        test(`"${entry}" ${why}`, async () => {
          const refusal = await refusalOf(cluster().api, 'IPAddressPool', { addresses: ['192.0.2.0/24', entry] });
          assert.ok(
            refusal?.includes('spec.addresses[1]') && refusal.includes(`"${entry}" ${why}`),
            refusal ?? 'accepted',
          );
        });
      }
    });
    describe('the documentation', () => {
      for (const document of ['README.md', 'docs/configuration.md']) {
        test(`shows resources of metallb.io that are taken as they stand: ${document}`, async () => {
          const text = readFileSync(path.join(repositoryRoot, document), 'utf8');
          const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = '']) => block);
          const ours = readManifests(blocks.join('\n---\n')).filter(({ apiVersion }) =>
            String(apiVersion).startsWith('metallb.io/'),
          );
          assert.ok(ours.length >= 2);
          for (const object of ours) {
            const { collection } = probe(readString(object, 'kind') ?? '', {});
            await cluster().api.create(`${collection}?dryRun=All&fieldValidation=Strict`, object);
          }
        });
      }
    });
    describe('kubectl get', () => {
      for (const [kind, columns] of Object.entries(columnsOf)) {
        test(`shows of ${kind} what is asked for most`, async () => {
          const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
          const table = await cluster().api.get(probe(kind, {}).collection, { accept });
          const shown = readObjects(table, 'columnDefinitions').filter((column) => column['priority'] === 0);
          assert.deepEqual(
            shown.map((column) => readString(column, 'name')),
            ['Name', ...columns, 'Age'],
          );
        });
      }
    });
    describe('an object', () => {
      for (const [kind, spec] of acceptedObjects) {
        test(`${kind} ${JSON.stringify(spec)} is accepted`, async () => {
          assert.equal(await refusalOf(cluster().api, kind, spec), undefined);
        });
        test(`${kind} ${JSON.stringify(spec)} is accepted by server-side apply`, async () => {
          const { object, collection } = probe(kind, spec);
          const applied = await cluster().api.serverSideApply(`${collection}/probe?dryRun=All`, object);
          const [manager] = readObjects(readObject(applied, 'metadata'), 'managedFields');
          assert.equal(manager?.['operation'], 'Apply');
        });
      }
      for (const [kind, spec, why] of refusedObjects) {
        test(`${kind} ${JSON.stringify(spec)} is refused: ${why}`, async () => {
          const refusal = await refusalOf(cluster().api, kind, spec);
          assert.ok(refusal?.includes(why), refusal ?? 'accepted');
        });
      }
      // Of a request or a rule that costs too much, the API server says "call cost exceeds limit".
      for (const [kind, what, spec] of largestObjects) {
        test(`${kind} may be as large as the schema allows: ${what}`, async () => {
          assert.equal(await refusalOf(cluster().api, kind, spec), undefined);
        });
      }
      test('BGPPeer: enableGracefulRestart can not be changed, whatever else may', async () => {
        const { api } = cluster();
        const peers = `/apis/metallb.io/v1beta2/namespaces/${heraldNamespace}/bgppeers`;
        const spec = { myASN: 64_500, peerASN: 64_501, peerAddress: '10.0.0.1', enableGracefulRestart: true };
        const metadata = { name: 'router', namespace: heraldNamespace };
        await api.create(peers, { apiVersion: 'metallb.io/v1beta2', kind: 'BGPPeer', metadata, spec });
        await api.mergePatch(`${peers}/router`, { spec: { peerPort: 1179 } });
        await assert.rejects(
          api.mergePatch(`${peers}/router`, { spec: { enableGracefulRestart: false } }),
          /enableGracefulRestart cannot be changed; create the peer anew/,
        );
      });
    });
  });
}
