import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { builtin } from '../tables/builtin/definition.ts';
import { discoveryAt } from './discovery-path.ts';

const group = 'example.com';
const definitions = [
  builtin({
    group: '',
    version: 'v1',
    kind: 'Service',
    plural: 'services',
    shortNames: ['svc'],
    categories: ['all'],
    statusSubresource: true,
  }),
  builtin({ group, version: 'v1alpha1', kind: 'Pool', plural: 'pools' }),
  builtin({ group, version: 'v1', kind: 'Pool', plural: 'pools' }),
  builtin({ group, version: 'v1beta2', kind: 'Pool', plural: 'pools' }),
  builtin({ group, version: 'v1beta10', kind: 'Pool', plural: 'pools', namespaced: false }),
  builtin({
    group: 'authorization.k8s.io',
    version: 'v1',
    kind: 'SelfSubjectAccessReview',
    plural: 'selfsubjectaccessreviews',
    namespaced: false,
  }),
];

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

function at(path: string, accept = 'application/json') {
  return discoveryAt({ definitions, path, accept, serverAddress: '127.0.0.1:6443' });
}

describe('discovery', () => {
  test('/api names the core version and where the server is', () => {
    assert.deepEqual(at('/api')?.document, {
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1:6443' }],
    });
  });

  test('/api/v1 lists kinds and their status', () => {
    assert.deepEqual(at('/api/v1')?.document, {
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: 'v1',
      resources: [
        {
          name: 'services',
          singularName: 'service',
          namespaced: true,
          kind: 'Service',
          verbs,
          shortNames: ['svc'],
          categories: ['all'],
        },
        {
          name: 'services/status',
          singularName: '',
          namespaced: true,
          kind: 'Service',
          verbs: ['get', 'patch', 'update'],
        },
      ],
    });
  });

  test('a group prefers its stable version, then beta before alpha, the higher number first', () => {
    assert.deepEqual(at('/apis/example.com')?.document, {
      kind: 'APIGroup',
      apiVersion: 'v1',
      name: group,
      versions: [
        { groupVersion: 'example.com/v1', version: 'v1' },
        { groupVersion: 'example.com/v1beta10', version: 'v1beta10' },
        { groupVersion: 'example.com/v1beta2', version: 'v1beta2' },
        { groupVersion: 'example.com/v1alpha1', version: 'v1alpha1' },
      ],
      preferredVersion: { groupVersion: 'example.com/v1', version: 'v1' },
    });
  });

  test('reviews are only created', () => {
    assert.deepEqual(at('/apis/authorization.k8s.io/v1')?.document['resources'], [
      {
        name: 'selfsubjectaccessreviews',
        singularName: 'selfsubjectaccessreview',
        namespaced: false,
        kind: 'SelfSubjectAccessReview',
        verbs: ['create'],
      },
    ]);
  });

  for (const version of ['v2', 'v2beta1']) {
    test(`aggregated discovery ${version}, when it comes first in Accept`, () => {
      const type = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
      const answer = at('/api', `${type},application/json`);
      assert.equal(answer?.contentType, type);
      assert.deepEqual(answer?.document, {
        kind: 'APIGroupDiscoveryList',
        apiVersion: `apidiscovery.k8s.io/${version}`,
        metadata: {},
        items: [
          {
            metadata: { creationTimestamp: null },
            versions: [
              {
                version: 'v1',
                freshness: 'Current',
                resources: [
                  {
                    resource: 'services',
                    responseKind: { group: '', version: 'v1', kind: 'Service' },
                    scope: 'Namespaced',
                    singularResource: 'service',
                    verbs,
                    shortNames: ['svc'],
                    categories: ['all'],
                    subresources: [
                      {
                        subresource: 'status',
                        responseKind: { group: '', version: 'v1', kind: 'Service' },
                        verbs: ['get', 'patch', 'update'],
                      },
                    ],
                  },
                ],
              },
            ],
          },
        ],
      });
    });
  }

  test('the plain document is for whoever asks for it first', () => {
    const accept = 'application/json,application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    assert.equal(at('/apis', accept)?.document['kind'], 'APIGroupList');
  });

  for (const path of [
    '/apis/nothing.example',
    '/apis/example.com/v9',
    '/api/v2',
    '/api/v1/services',
    '/version',
    '/',
  ]) {
    test(`${path} is no discovery path`, () => assert.equal(at(path), undefined));
  }
});
