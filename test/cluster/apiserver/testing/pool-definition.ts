import type { JsonMap } from '../resource-definition.ts';

/** A small CustomResourceDefinition with status, a default and limits. */
export const poolDefinition: JsonMap = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'pools.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'pools', singular: 'pool', kind: 'Pool', listKind: 'PoolList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['size'],
                properties: {
                  size: { type: 'integer', minimum: 1 },
                  auto: { type: 'boolean', default: true },
                },
              },
              status: { type: 'object', properties: { used: { type: 'integer' } } },
            },
          },
        },
      },
    ],
  },
};
