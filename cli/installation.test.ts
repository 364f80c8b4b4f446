import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOptions as readControllerOptions } from '../controller/options.ts';
import { daemonSetResource, deploymentResource, type Workload } from '../shared/api/workload.ts';
import { exclusionPattern } from '../speaker/interfaces.ts';
import { readOptions as readSpeakerOptions } from '../speaker/options.ts';
import { installationOf, noOverrides } from './installation.ts';

function withArgs(args: readonly string[], resource = daemonSetResource): Workload {
  return resource.parse({ spec: { template: { spec: { containers: [{ args }] } } } });
}

test('where nothing is found the defaults of the programs hold', () => {
  const speaker = readSpeakerOptions(['--node-name=node-a'], {});
  const controller = readControllerOptions([], {});
  const found = installationOf({ controller: undefined, speaker: undefined }, noOverrides);
  assert.deepEqual(exclusionPattern(found.excludedInterfaces), speaker.exclusions);
  const { excludedInterfaces: _, ...rest } = found;
  assert.deepEqual(rest, {
    controller: undefined,
    speaker: undefined,
    loadBalancerClass: speaker.loadBalancerClass,
    configMapName: controller.configMapName,
    ignoreExcludeLabel: speaker.ignoreExcludeLabel,
    strictArp: speaker.strictArp,
    failback: speaker.failback,
    pulsePort: speaker.pulsePort,
  });
});

test('what the Pods were started with holds', () => {
  const args = ['speaker.mjs', '--config=lb', '--failback=30s', '--strict-arp=refuse', '--ignore-exclude-lb'];
  const speaker = withArgs([...args, '--exclude-interfaces=docker,wg', '--pulse-port', '7000']);
  const controller = withArgs(['controller.mjs', '--lb-class=example.com/herald'], deploymentResource);
  assert.deepEqual(installationOf({ controller, speaker }, noOverrides), {
    controller,
    speaker,
    loadBalancerClass: 'example.com/herald',
    configMapName: 'lb',
    ignoreExcludeLabel: true,
    excludedInterfaces: ['docker', 'wg'],
    strictArp: 'refuse',
    failback: { delayMs: 30_000 },
    pulsePort: 7000,
  });
});

test('what the user says wins', () => {
  const speaker = withArgs(['--lb-class=one', '--config=lb', '--ignore-exclude-lb']);
  const overrides = { loadBalancerClass: 'two', configMapName: 'other', ignoreExcludeLabel: false };
  const found = installationOf({ controller: undefined, speaker }, overrides);
  assert.deepEqual([found.loadBalancerClass, found.configMapName, found.ignoreExcludeLabel], ['two', 'other', false]);
});
