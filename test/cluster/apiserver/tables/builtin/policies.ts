import type { ResourceDefinition } from '../../resource-definition.ts';
import { labelSelector } from '../../schema/object-meta.ts';
import { conditions, integer, intOrString, listOf, map, mapOf, string, time } from '../../schema/schema-terms.ts';
import { builtin, kindSchema } from './definition.ts';

const podDisruptionBudget = builtin({
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  shortNames: ['pdb'],
  statusSubresource: true,
  schema: kindSchema('How many pods of a set may be evicted at once.', {
    spec: map('The limit.', {
      selector: labelSelector,
      minAvailable: intOrString('How many must stay.'),
      maxUnavailable: intOrString('How many may be missing.'),
      unhealthyPodEvictionPolicy: string('Whether unhealthy pods may always be evicted.'),
    }),
    status: map('What is so now.', {
      observedGeneration: integer('Generation that the status speaks of.', 'int64'),
      disruptionsAllowed: integer('How many may be evicted now.'),
      currentHealthy: integer('How many are healthy.'),
      desiredHealthy: integer('How many must be.'),
      expectedPods: integer('How many there should be.'),
      disruptedPods: mapOf('When each was evicted.', time('A time.')),
      conditions: conditions('Current state, aspect by aspect.'),
    }),
  }),
});

const ports = listOf(
  'Which ports; all where empty.',
  map('Some of them.', {
    protocol: string('TCP, UDP or SCTP.'),
    port: intOrString('A number or a name.'),
    endPort: integer('Last one of a range.'),
  }),
);

function peers(description: string) {
  return listOf(
    description,
    map('Some of them.', {
      podSelector: labelSelector,
      namespaceSelector: labelSelector,
      ipBlock: map('By address.', { cidr: string('A network.'), except: listOf('Not these.', string('A network.')) }, [
        'cidr',
      ]),
    }),
  );
}

const networkPolicy = builtin({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  shortNames: ['netpol'],
  schema: kindSchema('Who may talk to pods, and to whom they may.', {
    spec: map('The rules.', {
      podSelector: labelSelector,
      policyTypes: listOf('Which directions are ruled.', string('Ingress or Egress.')),
      ingress: listOf(
        'What may come in.',
        map('One rule.', { ports, from: peers('From whom; everybody where empty.') }),
      ),
      egress: listOf('What may go out.', map('One rule.', { ports, to: peers('To whom; everybody where empty.') })),
    }),
  }),
});

/** Policies are stored as given: nothing here evicts pods or filters packets. */
export const policies: readonly ResourceDefinition[] = [podDisruptionBudget, networkPolicy];
