import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonMap } from '../../resource-definition.ts';
import { listAt, mapAt, mapsAt, stringAt, valueAt } from '../../schema/json-value.ts';
import type { HttpClient } from '../../testing/http-client.ts';
import { withServer } from '../../testing/with-server.ts';

const services = '/api/v1/namespaces/default/services';
const http = { port: 80 };

async function make(client: HttpClient, name: string, spec: JsonMap): Promise<JsonMap> {
  const { code, body } = await client.post(services, { metadata: { name }, spec: { ports: [http], ...spec } });
  assert.equal(code, 201, stringAt(body, ['message']));
  return body;
}

async function change(client: HttpClient, name: string, spec: JsonMap): Promise<JsonMap> {
  const { code, body } = await client.patch(`${services}/${name}`, 'merge', { spec });
  assert.equal(code, 200, stringAt(body, ['message']));
  return body;
}

const ips = (service: JsonMap) => listAt(service, ['spec', 'clusterIPs']).map(String);
const nodePorts = (service: JsonMap) => mapsAt(service, ['spec', 'ports']).map((port) => port['nodePort']);

describe('Service defaults', () => {
  test(
    'ClusterIP: everything that a real server fills in',
    withServer(async (client) => {
      const { spec } = await make(client, 'a', {});
      assert.deepEqual(spec, {
        ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
        sessionAffinity: 'None',
        type: 'ClusterIP',
        internalTrafficPolicy: 'Cluster',
        ipFamilyPolicy: 'SingleStack',
        ipFamilies: ['IPv4'],
        clusterIPs: ['10.96.1.1'],
        clusterIP: '10.96.1.1',
      });
    }),
  );

  test(
    'LoadBalancer: traffic policy, node ports, and an empty status whatever was sent',
    withServer(async (client) => {
      const service = await make(client, 'a', { type: 'LoadBalancer', externalTrafficPolicy: 'Local' });
      const spec = mapAt(service, ['spec']);
      assert.equal(spec['externalTrafficPolicy'], 'Local');
      assert.equal(spec['allocateLoadBalancerNodePorts'], true);
      assert.deepEqual(nodePorts(service), [30000]);
      assert.equal(spec['healthCheckNodePort'], 31009);
      assert.deepEqual(service['status'], { loadBalancer: {} });
    }),
  );

  test(
    'the Service kubernetes is there, with the first address',
    withServer(async (client) => {
      const { body } = await client.get(`${services}/kubernetes`);
      assert.deepEqual(ips(body), ['10.96.0.1']);
    }),
  );
});

describe('Service addresses', () => {
  test(
    'are unique, may be asked for, and come back when the Service goes',
    withServer(async (client) => {
      await make(client, 'a', { clusterIP: '10.96.7.7' });
      const taken = await client.post(services, {
        metadata: { name: 'b' },
        spec: { clusterIP: '10.96.7.7', ports: [http] },
      });
      assert.equal(taken.code, 422);
      assert.match(
        stringAt(taken.body, ['message']),
        /spec.clusterIPs: Invalid value.*provided IP is already allocated/,
      );
      await client.delete(`${services}/a`);
      assert.deepEqual(ips(await make(client, 'b', { clusterIP: '10.96.7.7' })), ['10.96.7.7']);
      const outside = await client.post(services, {
        metadata: { name: 'c' },
        spec: { clusterIP: '10.0.0.1', ports: [http] },
      });
      assert.match(
        stringAt(outside.body, ['message']),
        /is not in the valid range. The range of valid IPs is 10.96.0.0/,
      );
    }),
  );

  const families: readonly (readonly [string, JsonMap, readonly string[], readonly string[]])[] = [
    ['IPv6 alone', { ipFamilies: ['IPv6'] }, ['IPv6'], ['fd00:10:96::101']],
    ['RequireDualStack', { ipFamilyPolicy: 'RequireDualStack' }, ['IPv4', 'IPv6'], ['10.96.1.1', 'fd00:10:96::101']],
    ['PreferDualStack', { ipFamilyPolicy: 'PreferDualStack' }, ['IPv4', 'IPv6'], ['10.96.1.1', 'fd00:10:96::101']],
    [
      'IPv6 first',
      { ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv6', 'IPv4'] },
      ['IPv6', 'IPv4'],
      ['fd00:10:96::101', '10.96.1.1'],
    ],
    ['family inferred from an address', { clusterIP: 'fd00:10:96::7' }, ['IPv6'], ['fd00:10:96::7']],
    ['headless', { clusterIP: 'None', selector: { a: 'b' } }, ['IPv4'], ['None']],
    ['headless without selector', { clusterIP: 'None' }, ['IPv4', 'IPv6'], ['None']],
  ];
  for (const [title, spec, expectedFamilies, expectedIPs] of families) {
    test(
      `families: ${title}`,
      withServer(async (client) => {
        const service = await make(client, 'a', spec);
        assert.deepEqual(listAt(service, ['spec', 'ipFamilies']), expectedFamilies);
        assert.deepEqual(ips(service), expectedIPs);
      }),
    );
  }

  test(
    'up to dual stack and down again keeps the first address',
    withServer(async (client) => {
      await make(client, 'a', {});
      const up = await change(client, 'a', { ipFamilyPolicy: 'RequireDualStack' });
      assert.deepEqual(ips(up), ['10.96.1.1', 'fd00:10:96::101']);
      const down = await change(client, 'a', { ipFamilyPolicy: 'SingleStack' });
      assert.deepEqual(ips(down), ['10.96.1.1']);
      assert.deepEqual(listAt(down, ['spec', 'ipFamilies']), ['IPv4']);
    }),
  );

  test(
    'RequireDualStack is refused where there is one family, PreferDualStack gets it',
    withServer(
      async (client) => {
        const refused = await client.post(services, {
          metadata: { name: 'a' },
          spec: { ipFamilyPolicy: 'RequireDualStack', ports: [http] },
        });
        assert.match(stringAt(refused.body, ['message']), /this cluster is not configured for dual-stack services$/);
        assert.deepEqual(ips(await make(client, 'b', { ipFamilyPolicy: 'PreferDualStack' })), ['10.96.1.1']);
      },
      { serviceCidrs: ['10.96.0.0/16'] },
    ),
  );
});

describe('Service type changes', () => {
  test(
    'leaving LoadBalancer drops node ports, class and the load balancer status at once; conditions stay',
    withServer(async (client) => {
      await make(client, 'a', { type: 'LoadBalancer', loadBalancerClass: 'x/y' });
      const conditions = [{ type: 'herald/Allocated', status: 'True' }];
      const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] }, conditions };
      const written = await client.patch(`${services}/a/status`, 'merge', { status });
      assert.deepEqual(written.body['status'], {
        loadBalancer: { ingress: [{ ip: '192.0.2.1', ipMode: 'VIP' }] },
        conditions,
      });
      const left = await change(client, 'a', { type: 'ClusterIP' });
      assert.deepEqual(left['status'], { loadBalancer: {}, conditions });
      assert.deepEqual(nodePorts(left), [undefined]);
      assert.equal(valueAt(left, ['spec', 'loadBalancerClass']), undefined);
      assert.equal(valueAt(left, ['spec', 'allocateLoadBalancerNodePorts']), undefined);
      assert.equal(valueAt(left, ['spec', 'externalTrafficPolicy']), undefined);
      assert.deepEqual(ips(left), ['10.96.1.1']);
    }),
  );

  test(
    'to NodePort keeps the node ports; to ExternalName gives the address back',
    withServer(async (client) => {
      await make(client, 'a', { type: 'LoadBalancer' });
      assert.deepEqual(nodePorts(await change(client, 'a', { type: 'NodePort' })), [30000]);
      const external = await change(client, 'a', { type: 'ExternalName', externalName: 'example.com' });
      assert.equal(valueAt(external, ['spec', 'clusterIP']), undefined);
      assert.deepEqual(ips(await make(client, 'b', { clusterIP: '10.96.1.1' })), ['10.96.1.1']);
    }),
  );

  test(
    'a PUT that names none of the assigned values keeps them',
    withServer(async (client) => {
      await make(client, 'a', { type: 'LoadBalancer', externalTrafficPolicy: 'Local' });
      const { code, body } = await client.put(`${services}/a`, {
        metadata: { name: 'a' },
        spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports: [{ port: 80 }, { name: 'x', port: 81 }] },
      });
      assert.equal(code, 422);
      assert.match(stringAt(body, ['message']), /^Service "a" is invalid: spec.ports\[0\].name: Required value$/);
      const replaced = await client.put(`${services}/a`, {
        metadata: { name: 'a' },
        spec: {
          type: 'LoadBalancer',
          externalTrafficPolicy: 'Local',
          ports: [
            { name: 'w', port: 80 },
            { name: 'x', port: 81 },
          ],
        },
      });
      assert.deepEqual(nodePorts(replaced.body), [30000, 32018]);
      assert.equal(valueAt(replaced.body, ['spec', 'healthCheckNodePort']), 31009);
      assert.deepEqual(ips(replaced.body), ['10.96.1.1']);
    }),
  );
});

describe('Service validation', () => {
  const refused: readonly (readonly [string, JsonMap, string])[] = [
    ['no ports', { ports: [] }, 'spec.ports: Required value'],
    [
      'several ports without names',
      { ports: [{ port: 1 }, { port: 2 }] },
      '[spec.ports[0].name: Required value, spec.ports[1].name: Required value]',
    ],
    [
      'one port twice',
      {
        ports: [
          { name: 'a', port: 1 },
          { name: 'b', port: 1 },
        ],
      },
      'spec.ports[1]: Duplicate value: {"port":1,"protocol":"TCP"}',
    ],
    [
      'one name twice',
      {
        ports: [
          { name: 'a', port: 1 },
          { name: 'a', port: 2 },
        ],
      },
      'spec.ports[1].name: Duplicate value: "a"',
    ],
    [
      'port 0',
      { ports: [{ port: 0, targetPort: 80 }] },
      'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
    ],
    [
      'an unknown type',
      { type: 'Balancer' },
      'spec.type: Unsupported value: "Balancer": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    ],
    [
      'an unknown protocol',
      { ports: [{ port: 1, protocol: 'ICMP' }] },
      'spec.ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
    ],
    [
      'a class on a ClusterIP Service',
      { loadBalancerClass: 'a/b' },
      "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'",
    ],
    [
      'Local on a ClusterIP Service',
      { externalTrafficPolicy: 'Local' },
      'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
    ],
    [
      'a node port out of range',
      { type: 'NodePort', ports: [{ port: 1, nodePort: 80 }] },
      'spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
    ],
  ];
  for (const [title, spec, message] of refused) {
    test(
      `refuses ${title}`,
      withServer(async (client) => {
        const { code, body } = await client.post(services, {
          metadata: { name: 'a' },
          spec: { ports: [http], ...spec },
        });
        assert.equal(code, 422);
        assert.equal(body['message'], `Service "a" is invalid: ${message}`);
      }),
    );
  }

  test(
    'loadBalancerClass and clusterIP may not change once set',
    withServer(async (client) => {
      await make(client, 'a', { type: 'LoadBalancer', loadBalancerClass: 'x/y' });
      const otherClass = await client.patch(`${services}/a`, 'merge', { spec: { loadBalancerClass: 'x/z' } });
      assert.match(
        stringAt(otherClass.body, ['message']),
        /spec.loadBalancerClass: Invalid value: "x\/z": may not change/,
      );
      const otherIP = await client.patch(`${services}/a`, 'merge', { spec: { clusterIP: '10.96.9.9' } });
      assert.equal(otherIP.code, 422);
      assert.match(stringAt(otherIP.body, ['message']), /spec.clusterIPs\[0\]: Invalid value.*may not change once set/);
    }),
  );

  test(
    'a node port has one holder, and TCP and UDP of one port share it',
    withServer(async (client) => {
      const both = await make(client, 'dns', {
        type: 'NodePort',
        ports: [
          { name: 'tcp', port: 53, nodePort: 30053 },
          { name: 'udp', port: 53, protocol: 'UDP' },
        ],
      });
      assert.deepEqual(nodePorts(both), [30053, 30053]);
      const taken = await client.post(services, {
        metadata: { name: 'b' },
        spec: { type: 'NodePort', ports: [{ port: 1, nodePort: 30053 }] },
      });
      assert.match(
        stringAt(taken.body, ['message']),
        /nodePort: Invalid value: 30053: provided port is already allocated$/,
      );
    }),
  );
});
