import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../../shared/api/json.ts';
import { machine } from '../network/topology.ts';
import { slicesFor } from './endpoint-slices.ts';
import { podManifest, podStatus } from './pod.ts';

function pod(name: string, host: number, ready: boolean): JsonObject {
  const node = machine(`node-${name}`, host);
  return { ...podManifest(`web-${name}`, 'web', node), status: podStatus(node, ready) };
}

function service(spec: JsonObject): JsonObject {
  return {
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      selector: { app: 'web' },
      ipFamilies: ['IPv4', 'IPv6'],
      ports: [
        { name: 'http', port: 80, targetPort: 'http' },
        { name: 'plain', port: 81 },
      ],
      ...spec,
    },
  };
}

test('a dual-stack Service has one slice per family, of the Pods its selector matches', () => {
  const slices = slicesFor(service({}), [pod('a', 11, true), pod('b', 12, false)]);
  const endpoints = (addresses: readonly string[]): readonly JsonObject[] =>
    ['a', 'b'].map((name, index) => ({
      addresses: [addresses[index] ?? ''],
      conditions: { ready: name === 'a', serving: name === 'a', terminating: false },
      nodeName: `node-${name}`,
      targetRef: { kind: 'Pod', name: `web-${name}`, namespace: 'default', uid: undefined },
    }));
  assert.deepEqual(
    slices.map(({ addressType, endpoints, ports }) => ({ addressType, endpoints, ports })),
    [
      { addressType: 'IPv4', endpoints: endpoints(['192.168.10.11', '192.168.10.12']) },
      { addressType: 'IPv6', endpoints: endpoints(['2001:db8:10::11', '2001:db8:10::12']) },
    ].map((each) => ({
      ...each,
      ports: [
        { name: 'http', protocol: 'TCP', port: 8080 },
        { name: 'plain', protocol: 'TCP', port: 81 },
      ],
    })),
  );
});

test('a selector that matches no Pod leaves slices without endpoints', () => {
  const [slice] = slicesFor(service({ selector: { app: 'other' } }), [pod('a', 11, true)]);
  assert.deepEqual(slice?.['endpoints'], []);
});

test('a Service without a selector has no slices made for it', () => {
  assert.deepEqual(slicesFor(service({ selector: {} }), [pod('a', 11, true)]), []);
});
