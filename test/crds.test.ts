import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bfdProfileResource } from '../shared/api/bfd-profile.ts';
import { bgpAdvertisementResource } from '../shared/api/bgp-advertisement.ts';
import { bgpPeerResource } from '../shared/api/bgp-peer.ts';
import { communityResource } from '../shared/api/community.ts';
import { configurationStateResource } from '../shared/api/configuration-state.ts';
import { ipAddressPoolResource } from '../shared/api/ip-address-pool.ts';
import { asObject, readArray, readObject, readObjects, readString } from '../shared/api/json.ts';
import { l2AdvertisementResource } from '../shared/api/l2-advertisement.ts';
import type { ApiObject } from '../shared/api/object-meta.ts';
import type { ResourceType } from '../shared/api/resource-type.ts';
import { serviceL2StatusResource } from '../shared/api/service-l2-status.ts';
import {
  fieldNames,
  definitionFiles as files,
  properties,
  readCrd,
  schemaOf,
  schemasIn,
  versionOf,
} from './support/crd-schemas.ts';

/** Nobody reads or writes it before BGP is served. */
const serviceBgpStatusResource = { ...serviceL2StatusResource, kind: 'ServiceBGPStatus', plural: 'servicebgpstatuses' };

/** The custom resources that the program knows, and the fields that MetalLB's API and ours give them. */
const kinds: readonly { type: ResourceType<ApiObject>; spec: readonly string[]; status: readonly string[] }[] = [
  {
    type: bfdProfileResource,
    spec: [
      'detectMultiplier',
      'echoInterval',
      'echoMode',
      'minimumTtl',
      'passiveMode',
      'receiveInterval',
      'transmitInterval',
    ],
    status: [],
  },
  {
    type: bgpAdvertisementResource,
    spec: [
      'aggregationLength',
      'aggregationLengthV6',
      'communities',
      'ipAddressPoolSelectors',
      'ipAddressPools',
      'localPref',
      'nodeSelectors',
      'peers',
      'serviceSelectors',
    ],
    status: [],
  },
  {
    type: bgpPeerResource,
    spec: [
      ...['bfdProfile', 'connectTime', 'disableMP', 'dualStackAddressFamily', 'dynamicASN', 'ebgpMultiHop'],
      ...['enableGracefulRestart', 'holdTime', 'interface', 'keepaliveTime', 'localASN', 'myASN', 'nodeSelectors'],
      ...['password', 'passwordSecret', 'peerASN', 'peerAddress', 'peerPort', 'routerID', 'sourceAddress', 'vrf'],
    ],
    status: [],
  },
  { type: communityResource, spec: ['communities'], status: [] },
  { type: configurationStateResource, spec: [], status: ['conditions', 'errorSummary', 'result'] },
  {
    type: ipAddressPoolResource,
    spec: ['addresses', 'autoAssign', 'avoidBuggyIPs', 'conflictCheck', 'excludeAddresses', 'serviceAllocation'],
    status: ['addressesInUse', 'assignedIPv4', 'assignedIPv6', 'availableIPv4', 'availableIPv6'],
  },
  {
    type: l2AdvertisementResource,
    spec: [
      'interfaces',
      'ipAddressPoolSelectors',
      'ipAddressPools',
      'nodeSelectors',
      'preferredNodeSelectors',
      'serviceSelectors',
    ],
    status: [],
  },
  { type: serviceBgpStatusResource, spec: [], status: ['node', 'peers', 'serviceName', 'serviceNamespace'] },
  { type: serviceL2StatusResource, spec: [], status: ['interfaces', 'node', 'serviceName', 'serviceNamespace'] },
];

test('there is one CRD for each custom resource', () => {
  assert.deepEqual(
    files,
    kinds.map(({ type }) => `${type.plural}.yaml`),
  );
});

const shortNamesOf: Readonly<Record<string, readonly string[]>> = {
  BFDProfile: ['bfdp'],
  BGPAdvertisement: ['bgpadv'],
  BGPPeer: ['bgpp'],
  ConfigurationState: ['cfgstate'],
  IPAddressPool: ['ipap'],
  L2Advertisement: ['l2adv'],
  ServiceBGPStatus: ['svcbgp'],
  ServiceL2Status: ['svcl2'],
};

for (const { type, spec, status } of kinds) {
  describe(`the CRD of ${type.kind}`, () => {
    const crd = readCrd(`${type.plural}.yaml`);
    const schema = schemaOf(crd);

    test('has the names that the program asks for', () => {
      const { group, names, scope } = readObject(crd, 'spec');
      const { shortNames = [], categories, ...asked } = asObject(names);
      assert.equal(readString(readObject(crd, 'metadata'), 'name'), `${type.plural}.${type.group}`);
      assert.deepEqual([group, scope], [type.group, type.namespaced ? 'Namespaced' : 'Cluster']);
      assert.deepEqual(asked, {
        kind: type.kind,
        listKind: `${type.kind}List`,
        plural: type.plural,
        singular: type.kind.toLowerCase(),
      });
      assert.deepEqual([categories, shortNames], [['herald'], shortNamesOf[type.kind] ?? []]);
      const version = versionOf(crd);
      assert.deepEqual([version['name'], version['served'], version['storage']], [type.version, true, true]);
      assert.deepEqual(version['subresources'], { status: {} });
    });

    test('has all fields', () => {
      assert.deepEqual(fieldNames(properties(schema, 'spec')), spec);
      assert.deepEqual(fieldNames(properties(schema, 'status')), status);
    });

    test('describes each field, at any depth, in a sentence', () => {
      let fields = 0;
      for (const [where, each] of schemasIn(schema, type.kind)) {
        for (const [name, field] of Object.entries(readObject(each, 'properties'))) {
          // The API server describes the metadata itself.
          if (name === 'metadata') continue;
          fields += 1;
          assert.match(readString(asObject(field), 'description') ?? '', /^\S.{5,}\.$/s, `${where}.${name}`);
        }
      }
      assert.ok(fields >= 5);
    });

    // The API server estimates what a rule costs by these bounds, and refuses a definition that may cost too much.
    test('is structural, and bounded where rules are counted', () => {
      for (const [where, each] of schemasIn(schema, type.kind)) {
        const kind = readString(each, 'type');
        assert.ok(kind, `${where} has no type`);
        if (kind === 'array') assert.ok(each['maxItems'] && each['items'], `${where} is a list without bound`);
        if (each['additionalProperties'] !== undefined)
          assert.ok(each['maxProperties'], `${where} is a map without bound`);
        const isWritten = where.startsWith(`${type.kind}.spec`);
        if (isWritten && kind === 'string')
          assert.ok(each['maxLength'] ?? each['enum'], `${where} is a text without bound`);
      }
    });

    // Whoever names each of a thousand nodes, pools or namespaces is served; only what one selector asks for is few.
    test('takes lists of a thousand entries', () => {
      for (const [where, each] of schemasIn(properties(schema, 'spec'), 'spec')) {
        if (each['type'] !== 'array' || where.endsWith('.matchExpressions')) continue;
        assert.ok(Number(each['maxItems']) >= 1000, `${where} takes ${each['maxItems']} entries`);
      }
    });

    test('prints columns that exist, with a description each', () => {
      const columns = readObjects(versionOf(crd), 'additionalPrinterColumns');
      assert.ok(columns.length > 0);
      for (const column of columns) {
        const [, ...names] = (readString(column, 'jsonPath') ?? '').split('.');
        const found =
          names[0] === 'metadata' || fieldNames(properties(schema, ...names.slice(0, -1))).includes(names.at(-1) ?? '');
        assert.ok(found, readString(column, 'jsonPath') ?? 'a column without path');
        assert.notEqual(readString(column, 'description') ?? '', '');
      }
    });
  });
}

describe('what the schema says and what the parsers assume', () => {
  test('defaults of IPAddressPool agree', () => {
    const schema = schemaOf(readCrd('ipaddresspools.yaml'));
    const { autoAssign, avoidBuggyIPs, conflictCheck } = ipAddressPoolResource.parse({});
    for (const [name, parsed] of Object.entries({ autoAssign, avoidBuggyIPs, conflictCheck })) {
      assert.equal(properties(schema, 'spec', name)['default'], parsed, name);
    }
  });

  test('what a pool may limit is what the program reads', () => {
    const schema = schemaOf(readCrd('ipaddresspools.yaml'));
    const { serviceAllocation } = ipAddressPoolResource.parse({ spec: { serviceAllocation: {} } });
    assert.deepEqual(
      fieldNames(properties(schema, 'spec', 'serviceAllocation')),
      Object.keys(serviceAllocation ?? {}).sort(),
    );
  });

  test('weights run from 1 to 100', () => {
    const list = properties(schemaOf(readCrd('l2advertisements.yaml')), 'spec', 'preferredNodeSelectors');
    const weight = properties(readObject(list, 'items'), 'weight');
    assert.deepEqual([weight['minimum'], weight['maximum']], [1, 100]);
  });

  test('lists of words in which one must not stand twice are sets', () => {
    const sets: Readonly<Record<string, readonly string[]>> = {
      'ipaddresspools.yaml': ['addresses', 'excludeAddresses'],
      'l2advertisements.yaml': ['interfaces', 'ipAddressPools'],
      'bgpadvertisements.yaml': ['communities', 'ipAddressPools', 'peers'],
    };
    for (const [file, names] of Object.entries(sets)) {
      for (const name of names) {
        assert.equal(properties(schemaOf(readCrd(file)), 'spec', name)['x-kubernetes-list-type'], 'set', name);
      }
    }
  });

  test('no list of objects is a set: server-side apply refuses those', () => {
    let lists = 0;
    for (const file of files) {
      for (const [where, each] of schemasIn(schemaOf(readCrd(file)), file)) {
        if (each['type'] !== 'array' || readString(readObject(each, 'items'), 'type') !== 'object') continue;
        lists += 1;
        assert.notEqual(each['x-kubernetes-list-type'], 'set', where);
      }
    }
    assert.ok(lists >= 20, `${lists} lists of objects`);
  });

  test('a list of selectors has the rule that none stands twice', () => {
    const lists: Readonly<Record<string, readonly string[]>> = {
      'l2advertisements.yaml': ['ipAddressPoolSelectors', 'nodeSelectors', 'serviceSelectors'],
      'bgpadvertisements.yaml': ['ipAddressPoolSelectors', 'nodeSelectors', 'serviceSelectors'],
      'bgppeers.yaml': ['nodeSelectors'],
    };
    for (const [file, names] of Object.entries(lists)) {
      for (const name of names) {
        const [rule] = readObjects(properties(schemaOf(readCrd(file)), 'spec', name), 'x-kubernetes-validations');
        // Comparing each with each of more takes the API server seconds; a selector twice does no harm.
        assert.match(readString(rule ?? {}, 'rule') ?? '', /^self\.size\(\) > 64 \|\| /);
        assert.equal(rule?.['message'], 'has a selector twice; remove one', `${file} ${name}`);
      }
    }
  });

  test('a pool needs addresses, and each kind of bad entry has its rule', () => {
    const schema = schemaOf(readCrd('ipaddresspools.yaml'));
    assert.deepEqual(readArray(schema, 'required'), ['spec']);
    assert.deepEqual(readArray(properties(schema, 'spec'), 'required'), ['addresses']);
    const addresses = properties(schema, 'spec', 'addresses');
    assert.equal(addresses['minItems'], 1);
    const rules = readObjects(readObject(addresses, 'items'), 'x-kubernetes-validations');
    assert.deepEqual(
      rules.map((rule) => readString(rule, 'message')),
      [
        'is no CIDR (192.0.2.0/24), range (192.0.2.5-192.0.2.9) or address',
        'begins and ends with addresses of two families; use two entries',
        'starts after its end; did you swap them?',
        'starts after its end; did you swap them?',
      ],
    );
    assert.deepEqual(
      readObject(addresses, 'items'),
      readObject(properties(schema, 'spec', 'excludeAddresses'), 'items'),
    );
  });
});
