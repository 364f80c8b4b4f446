import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  advertisementObject,
  type ClusterOf,
  clusterOf,
  l2StatusOf,
  leaseObject,
  poolObject,
  serviceObject,
} from '../../test/support/cluster-objects.ts';
import { aNode } from '../../test/support/plan-inputs.ts';
import { plainStyle } from '../output/style.ts';
import { readManifests } from './manifests.ts';
import { type PlanReport, planReport } from './plan-report.ts';
import { planText } from './plan-text.ts';

const place = { namespace: 'herald-system', configMapName: 'config' };
/** By digest 192.168.1.240 goes to node-a, then to node-c, then to node-b. */
const held = { services: [serviceObject({ ips: ['192.168.1.240'] })], l2Statuses: [l2StatusOf('web', 'node-a')] };

function planned(objects: ClusterOf, yaml: string, verb: 'apply' | 'delete' = 'apply'): PlanReport {
  const cluster = clusterOf(objects);
  const read = readManifests([{ name: 'file', text: yaml }], place);
  assert.ok(read.ok, read.ok ? '' : read.why);
  return planReport({ cluster, manifests: read.manifests, verb });
}

function pool(addresses: string, name = 'lan'): string {
  return `apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: { name: ${name}, namespace: herald-system }
spec: { addresses: [${addresses}] }
`;
}

function advertisement(spec: string, name = 'all'): string {
  return `apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: { name: ${name}, namespace: herald-system }
spec: ${spec}
`;
}

function changes({ services }: PlanReport): readonly string[] {
  return services.map(({ service, change, from, to, reason }) => {
    const text = (list: typeof from): string => list.map(({ address }) => address).join();
    return `${service} ${change} ${text(from)}>${text(to)}: ${reason}`;
  });
}

function owners(report: PlanReport): readonly string[] {
  return report.owners.map(({ address, from, to, reason }) => `${address} ${from}>${to}: ${reason}`);
}

describe('what becomes of Services', () => {
  test('a pool that grows moves nothing', () => {
    const report = planned(held, pool('192.168.1.200-192.168.1.250'));
    assert.deepEqual(changes(report), ['shop/web keeps 192.168.1.240>192.168.1.240: ']);
    assert.deepEqual([report.moves, report.owners], [false, []]);
    assert.deepEqual(planText(report, plainStyle), [
      'nothing moves. Services: 1 keep their addresses, 0 move, 0 lose, 0 gain, 0 wait; owners that change: 0',
    ]);
  });

  test('a pool that shrinks past an address moves its Service, and says why', () => {
    const report = planned(held, pool('192.168.1.245-192.168.1.250'));
    assert.deepEqual(changes(report), ['shop/web moves 192.168.1.240>192.168.1.245: 192.168.1.240: no pool has it']);
    assert.equal(report.moves, true);
  });

  test('a pool that is deleted costs the address', () => {
    const report = planned(held, pool('192.168.1.240-192.168.1.250'), 'delete');
    assert.deepEqual(changes(report), [
      'shop/web loses 192.168.1.240>: 192.168.1.240: no pool has it; no pool is configured',
    ]);
    assert.equal(report.moves, true);
  });

  test('an address that changes its pool is kept', () => {
    const objects = { ...held, pools: [poolObject('lan', { addresses: ['192.168.1.240', '192.168.1.250'] })] };
    const report = planned(objects, `${pool('192.168.1.250')}---\n${pool('192.168.1.240', 'single')}`);
    assert.deepEqual(changes(report), [
      'shop/web keeps 192.168.1.240>192.168.1.240: 192.168.1.240: now of pool single',
    ]);
    assert.equal(report.moves, false);
  });

  test('one that waits gains an address, and nothing moves by that', () => {
    const services = [
      serviceObject({ ips: ['192.168.1.240'] }),
      serviceObject({ name: 'two', annotations: { 'metallb.io/address-pool': 'other' } }),
      serviceObject({ name: 'three', annotations: { 'metallb.io/address-pool': 'nowhere' } }),
    ];
    const report = planned({ ...held, services }, pool('10.1.0.1', 'other'));
    assert.deepEqual(changes(report), [
      'shop/three waits >: pool nowhere: there is no such pool',
      'shop/two gains >10.1.0.1: pool other can serve it',
      'shop/web keeps 192.168.1.240>192.168.1.240: ',
    ]);
    assert.deepEqual(report.summary, { keeps: 1, moves: 0, loses: 0, gains: 1, waits: 1 });
    assert.equal(report.moves, false);
  });

  test('Services of another class are none of its business', () => {
    const services = [serviceObject({ ips: ['192.168.1.240'], spec: { loadBalancerClass: 'example.com/other' } })];
    assert.deepEqual(planned({ services }, pool('10.0.0.1')).services, []);
  });
});

describe('whose addresses are announced by another node', () => {
  test('an advertisement that leaves out the owner moves the address', () => {
    const nodes = ['a', 'b', 'c'].map((letter) => aNode(`node-${letter}`));
    const yaml = advertisement('{ nodeSelectors: [{ matchLabels: { kubernetes.io/hostname: node-c } }] }');
    const report = planned({ ...held, nodes }, yaml);
    assert.deepEqual(owners(report), [
      '192.168.1.240 node-a>node-c: node-a: noMatchingAdvertisement: no L2Advertisement selects this pool, Service and node; create one or widen its selectors',
    ]);
    assert.equal(report.moves, true);
    assert.deepEqual(planText(report, plainStyle), [
      'owner  192.168.1.240 (shop/web)  node-a → node-c  node-a: noMatchingAdvertisement: no L2Advertisement selects this pool, Service and node; create one or widen its selectors',
      'Services: 1 keep their addresses, 0 move, 0 lose, 0 gain, 0 wait; owners that change: 1',
    ]);
  });

  test('an advertisement of no node leaves it to nobody', () => {
    const yaml = advertisement('{ interfaces: [eth9] }');
    assert.deepEqual(owners(planned(held, yaml)), [
      '192.168.1.240 node-a>undefined: noInterface: the node has no usable interface, or none of those that the L2Advertisement names; compare them with "ip link" there',
    ]);
  });

  test('the last advertisement that is deleted, likewise; the first that is created lets somebody', () => {
    const deleted = planned(held, advertisement('{}'), 'delete');
    assert.match(owners(deleted).join(), /^192\.168\.1\.240 node-a>undefined: noMatchingAdvertisement/);
    assert.match(deleted.findings.new.map(({ message }) => message).join(), /no L2Advertisement selects "lan"/);
    const created = planned({ ...held, l2Statuses: [], advertisements: [] }, advertisement('{}'));
    assert.match(owners(created).join(), /^192\.168\.1\.240 undefined>node-\w: nobody announces it now$/);
    assert.match(created.findings.gone.map(({ message }) => message).join(), /no L2Advertisement selects "lan"/);
  });

  const preferring = (node: string): string =>
    advertisement(
      `{ preferredNodeSelectors: [{ weight: 5, preference: { matchLabels: { kubernetes.io/hostname: ${node} } } }] }`,
    );
  test('a preference that changes moves it under any policy of failback', () => {
    assert.deepEqual(owners(planned(held, preferring('node-b'))), ['192.168.1.240 node-a>node-b: node-b ranks first']);
  });

  test('an owner that serves well keeps it where it only ranks behind', () => {
    // It took over while node-a was away.
    const elsewhere = { ...held, l2Statuses: [l2StatusOf('web', 'node-b')] };
    assert.deepEqual(owners(planned(elsewhere, preferring('node-a'))), []);
    assert.deepEqual(owners(planned(elsewhere, preferring('node-c'))), []);
  });

  test('what failback moves anyway is not the doing of the change', () => {
    const elsewhere = {
      ...held,
      l2Statuses: [l2StatusOf('web', 'node-b')],
      installation: { failback: 'always' } as const,
    };
    assert.deepEqual(owners(planned(elsewhere, preferring('node-a'))), []);
    assert.deepEqual(owners(planned(elsewhere, preferring('node-c'))), [
      '192.168.1.240 node-a>node-c: node-c ranks first',
    ]);
  });

  test('an owner whose speaker is dead owns nothing any more', () => {
    const leases = ['node-b', 'node-c'].map((node) => leaseObject(node));
    const report = planned({ ...held, leases }, preferring('node-b'));
    assert.deepEqual(owners(report), ['192.168.1.240 node-c>node-b: node-b ranks first']);
  });
});

describe('the configuration', () => {
  test('what a change would break is told', () => {
    const report = planned(held, pool('192.168.1.250-192.168.1.251', 'other'));
    const [finding] = report.findings.new;
    assert.equal(finding?.severity, 'error');
    assert.match(finding?.message ?? '', /^IPAddressPool herald-system\/other: .* overlaps "192\.168\.1\.240/);
    assert.match(planText(report, plainStyle)[0] ?? '', /^new error: IPAddressPool herald-system\/other: /);
  });

  const configMap = (config: string): string =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'config', namespace: 'herald-system' },
      data: { config },
    });

  test('a ConfigMap in another namespace takes the place of none', () => {
    const yaml = 'address-pools:\n- { name: lan, protocol: layer2, addresses: [192.168.1.240-192.168.1.241] }\n';
    const own = { metadata: { name: 'config', namespace: 'herald-system' }, data: { config: yaml } };
    const served = { ...held, pools: [], advertisements: [], configMap: own };
    for (const verb of ['apply', 'delete'] as const) {
      const report = planned(served, configMap('').replace('herald-system', 'elsewhere'), verb);
      assert.deepEqual(changes(report), ['shop/web keeps 192.168.1.240>192.168.1.240: ']);
      assert.deepEqual(report.notes, [
        'ConfigMap elsewhere/config plays no part: Herald reads the one in namespace herald-system only',
      ]);
    }
  });

  test('the ConfigMap of v0.12 is planned with where there are no custom resources', () => {
    const bare = { ...held, pools: [], advertisements: [], configMap: { metadata: place, data: { config: '' } } };
    const yaml = 'address-pools:\n- { name: lan, protocol: layer2, addresses: [192.168.1.240-192.168.1.241] }\n';
    const report = planned(bare, configMap(yaml));
    assert.equal(report.services[0]?.to[0]?.address, '192.168.1.240');
    const broken = planned(bare, configMap('address-pols: []'));
    assert.match(broken.notes.join(), /can not be used: the last good one would stay in force/);
    assert.match(broken.findings.new[0]?.message ?? '', /address-pols/);
  });

  test('what plays no part is noted', () => {
    const peer = 'apiVersion: metallb.io/v1beta2\nkind: BGPPeer\nmetadata: { name: p, namespace: herald-system }\n';
    const nameless = 'apiVersion: metallb.io/v1beta1\nkind: L2Advertisement\nmetadata: { name: all }\nspec: {}\n';
    assert.deepEqual(planned(held, `${peer}---\n${nameless}`).notes, [
      'BGPPeer herald-system/p plays no part: it is stored, and not served yet',
      'without a namespace, planned as if applied with -n herald-system: L2Advertisement herald-system/all',
    ]);
  });

  test('an object in another namespace serves nothing', () => {
    const report = planned(held, pool('10.0.0.1', 'far').replace('herald-system', 'elsewhere'));
    assert.match(report.findings.new.map(({ message }) => message).join(), /this object never serves/);
  });

  test('what could not be read is noted', () => {
    const unreadable = [{ resource: 'nodes', why: 'cannot list nodes: forbidden' }];
    const { notes } = planned({ ...held, unreadable }, advertisement('{}'));
    assert.deepEqual(notes, ['planned without nodes: cannot list nodes: forbidden']);
  });
});

describe('manifests', () => {
  const rows = [
    { name: 'YAML that is none', text: 'a: [', why: /^cannot read file: / },
    { name: 'a document without a kind', text: 'a: 1', why: /^cannot read file: a document has no kind$/ },
    {
      name: 'a pool without a name',
      text: pool('10.0.0.1').replace('name: lan, ', ''),
      why: /^cannot read file: IPAddressPool has no metadata\.name$/,
    },
    { name: 'an alias of nothing', text: 'kind: A\nb: *c\n', why: /^cannot read file: Unresolved alias/ },
    { name: 'nothing', text: '---\n# nothing\n', why: /^cannot plan: file holds no object$/ },
  ];
  for (const { name, text, why } of rows) {
    test(`${name} is refused`, () => {
      const read = readManifests([{ name: 'file', text }], place);
      assert.match(read.ok ? '' : read.why, why);
    });
  }

  test('Lists, many documents and JSON are read; of two of one name the last counts', () => {
    const list = JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [
        {
          apiVersion: 'metallb.io/v1beta1',
          kind: 'IPAddressPool',
          metadata: { name: 'a' },
          spec: { addresses: ['10.0.0.1'] },
        },
      ],
    });
    const read = readManifests([{ name: 'file', text: `${list}\n---\n${pool('10.0.0.2', 'a')}` }], place);
    assert.deepEqual(read.ok && read.manifests.pools.map(({ addresses }) => addresses), [['10.0.0.2']]);
  });

  test('Lists of a kind are read', () => {
    const indented = pool('10.0.0.2', 'a').trim().replaceAll('\n', '\n  ');
    const list = `apiVersion: metallb.io/v1beta1\nkind: IPAddressPoolList\nitems:\n- ${indented}\n`;
    const read = readManifests([{ name: 'file', text: list }], place);
    assert.deepEqual(read.ok && read.manifests.pools.map(({ addresses }) => addresses), [['10.0.0.2']]);
  });

  test('an advertisement of the file takes the place of the one of its name', () => {
    const advertisements = [advertisementObject('all', { interfaces: ['eth9'] })];
    const report = planned({ ...held, l2Statuses: [], advertisements }, advertisement('{}'));
    assert.equal(report.owners.length, 1);
  });
});
