import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../../shared/api/json.ts';
import { daemonSetResource, deploymentResource } from '../../../shared/api/workload.ts';
import { clusterOf } from '../../../test/support/cluster-objects.ts';
import { findingsOf, installed, metallb, soundFacts } from '../../../test/support/doctor-facts.ts';

interface Row {
  readonly name: string;
  readonly args?: readonly string[];
  readonly env?: readonly JsonObject[];
  /** Of Herald's pulses. */
  readonly pulsePort?: number;
  readonly found: readonly string[];
}

const ofAnotherClass =
  'warn metallb: MetalLB runs (daemonset metallb-system/speaker, deployment metallb-system/controller) of another loadBalancerClass, and its memberlist has UDP port 7946 of the nodes, where pulses go';

const rows: readonly Row[] = [
  {
    name: 'for the same Services',
    found: [
      'fail metallb: MetalLB runs (daemonset metallb-system/speaker, deployment metallb-system/controller) for the same Services: both hand out addresses and announce them, and its memberlist has UDP port 7946 of the nodes, where pulses go',
    ],
  },
  {
    name: 'for the same Services, on another port',
    pulsePort: 7947,
    found: [
      'fail metallb: MetalLB runs (daemonset metallb-system/speaker, deployment metallb-system/controller) for the same Services: both hand out addresses and announce them',
    ],
  },
  { name: 'of another class, on the same port', args: ['--lb-class=metallb'], found: [ofAnotherClass] },
  { name: 'of another class that is an argument of its own', args: ['--lb-class', 'metallb'], found: [ofAnotherClass] },
  { name: 'of another class behind one dash', args: ['-lb-class=metallb'], found: [ofAnotherClass] },
  { name: 'of another class, while pulses go elsewhere', args: ['--lb-class=metallb'], pulsePort: 7947, found: [] },
  {
    name: 'of another class, with its memberlist elsewhere',
    args: ['--lb-class=metallb', '--ml-bindport=7947'],
    found: [],
  },
  {
    name: 'of another class, with its memberlist elsewhere by a variable',
    args: ['--lb-class=metallb'],
    env: [{ name: 'METALLB_ML_BIND_PORT', value: '7947' }],
    found: [],
  },
  {
    name: 'of another class, with its memberlist where pulses were moved to',
    args: ['--lb-class=metallb', '--ml-bindport=7950'],
    pulsePort: 7950,
    found: [ofAnotherClass.replace('7946', '7950')],
  },
];

for (const { name, args, env, pulsePort = 7946, found } of rows) {
  test(`MetalLB ${name}: ${found.length === 0 ? 'nothing is found' : 'it is found'}`, () => {
    const facts = soundFacts({
      daemonSets: [daemonSetResource.parse(metallb('speaker', args, env))],
      deployments: [deploymentResource.parse(metallb('controller', args))],
    });
    assert.deepEqual(findingsOf(clusterOf({ installation: { ...installed, pulsePort } }), facts), found);
  });
}
