import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CommandError } from '../command-error.ts';
import { migrationOf } from './migration.ts';
import { migrationOutcome } from './migration-outcome.ts';
import { objectsOfText } from './source-objects.ts';

/** What is printed for a file of this text. */
function printed(text: string, valuesOnly = false): string {
  return migrationOutcome(migrationOf(objectsOfText('dump.yaml', text), 'herald-system'), valuesOnly).lines.join('\n');
}

function refusal(text: string): string {
  try {
    printed(text);
  } catch (error) {
    if (error instanceof CommandError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return '';
}

const dump = `apiVersion: v1
kind: List
items:
- apiVersion: metallb.io/v1beta1
  kind: IPAddressPool
  metadata:
    name: lan
    namespace: metallb-system
    uid: 6d1
    resourceVersion: "5"
    labels: { tier: public }
    annotations:
      kubectl.kubernetes.io/last-applied-configuration: "{}"
      owner: net-team
  spec:
    addresses: [192.168.10.90-192.168.10.100]
    autoAssign: true
    avoidBuggyIPs: false
    futureField: { a: 1 }
  status: { assignedIPv4: 1, availableIPv4: 10, assignedIPv6: 0, availableIPv6: 0 }
- apiVersion: metallb.io/v1beta1
  kind: IPAddressPool
  metadata: { name: wan, namespace: metallb-system }
  spec: { addresses: [203.0.113.0/28] }
- apiVersion: metallb.io/v1beta1
  kind: L2Advertisement
  metadata: { name: lan, namespace: metallb-system }
  spec:
    ipAddressPoolSelectors: [{ matchLabels: { tier: public } }]
    interfaces: [eth0]
- apiVersion: metallb.io/v1beta1
  kind: BGPPeer
  metadata: { name: tor, namespace: metallb-system }
  spec:
    myASN: 64500
    peerASN: 64501
    peerAddress: 10.9.0.1
    passwordSecret: { name: tor-password, namespace: metallb-system }
- apiVersion: metallb.io/v1beta1
  kind: BGPAdvertisement
  metadata: { name: wan, namespace: metallb-system }
  spec: { ipAddressPools: [wan] }
- apiVersion: metallb.io/v1beta1
  kind: AddressPool
  metadata: { name: old, namespace: metallb-system }
  spec: { protocol: layer2, addresses: [192.168.20.0/28], autoAssign: false }
- apiVersion: v1
  kind: ConfigMap
  metadata: { name: metallb-excludel2, namespace: metallb-system }
  data:
    excludel2.yaml: |
      announcedInterfacesToExclude: ["^docker.*", "^lo$", "wg[0-9]+$", "^br{1,2}"]
- apiVersion: apps/v1
  kind: Deployment
  metadata: { name: controller, namespace: metallb-system }
  spec:
    template:
      spec:
        nodeSelector: { kubernetes.io/os: linux }
        containers:
        - name: controller
          args: [--port=7472, --log-level=info, --lb-class=metallb, --webhook-mode=enabled]
- apiVersion: apps/v1
  kind: DaemonSet
  metadata: { name: speaker, namespace: metallb-system }
  spec:
    template:
      spec:
        nodeSelector: { kubernetes.io/os: linux, edge: "true" }
        tolerations:
        - { effect: NoSchedule, key: node-role.kubernetes.io/master, operator: Exists }
        - { effect: NoSchedule, key: node-role.kubernetes.io/control-plane, operator: Exists }
        containers:
        - name: speaker
          args: [--port=7472, --log-level=debug, --lb-class=metallb, --ignore-exclude-lb, --ml-wan-config, --frobnicate=7]
          env:
          - { name: METALLB_NODE_NAME, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }
          - { name: METALLB_ML_BIND_PORT, value: "17946" }
- apiVersion: v1
  kind: Secret
  metadata: { name: metallb-memberlist, namespace: metallb-system }
`;

const manifests = `# What MetalLB in dump.yaml is configured with, for Herald in herald-system. Apply it once MetalLB and its webhook are
# gone, and before Herald starts, which gives back what no pool has (docs/migration.md has the steps).
# Secret metallb-system/metallb-memberlist is not carried over: Herald makes the key of its pulses itself
# Values for Herald's chart (--values prints them alone):
#   loadBalancerClass: metallb
#   logLevel: debug
#   # not carried over: --ml-wan-config; raise pulses.intervalMs or pulses.multiplier where nodes are far apart
#   pulses:
#     # the port of the memberlist, which firewalls between the nodes know; by UDP alone, and with a key that Herald makes
#     port: 17946
#   # not carried over: --frobnicate=7 (Herald has no such flag)
#   speaker:
#     ignoreExcludeLb: true
#     nodeSelector:
#       kubernetes.io/os: linux
#       edge: "true"
#     # not carried over: "^br{1,2}" (a comma ends an entry of excludeInterfaces)
#     excludeInterfaces:
#       - docker
#       - .*(?:wg[0-9]+$)
#   # not carried over: --port=7472 (metrics are served on controller.port (7472) and speaker.port (7473), under names that
#   # begin with herald_)
---
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata:
  name: lan
  namespace: herald-system
  labels:
    tier: public
  annotations:
    owner: net-team
spec:
  addresses:
    - 192.168.10.90-192.168.10.100
  autoAssign: true
  avoidBuggyIPs: false
  # not carried over: futureField: {"a":1} (Herald has no such field)
---
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata:
  # was the AddressPool old
  name: old
  namespace: herald-system
spec:
  addresses:
    - 192.168.20.0/28
  autoAssign: false
---
# warning: IPAddressPool herald-system/wan: metadata.name: no L2Advertisement selects "wan": its addresses are handed
# out but never announced; name it in spec.ipAddressPools of one (BGPAdvertisements are stored, not served yet)
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata:
  name: wan
  namespace: herald-system
spec:
  addresses:
    - 203.0.113.0/28
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata:
  name: lan
  namespace: herald-system
spec:
  ipAddressPoolSelectors:
    - matchLabels:
        tier: public
  interfaces:
    - eth0
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata:
  name: old
  namespace: herald-system
spec:
  ipAddressPools:
    - old
---
apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata:
  name: tor
  namespace: herald-system
spec:
  myASN: 64500
  peerASN: 64501
  peerAddress: 10.9.0.1
  # copy the Secret "tor-password" from metallb-system to herald-system
  passwordSecret:
    name: tor-password
    namespace: herald-system
---
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata:
  name: wan
  namespace: herald-system
spec:
  ipAddressPools:
    - wan`;

describe('a dump of a running MetalLB', () => {
  test('becomes manifests and values, with a comment where something is lost or wants a look', () => {
    assert.equal(printed(dump), manifests);
  });

  test('gives the same whatever the order of its objects', () => {
    const [head = '', ...items] = dump.split(/^- /m);
    assert.ok(items.length >= 9);
    assert.equal(
      printed(
        head +
          items
            .toReversed()
            .map((item) => `- ${item}`)
            .join(''),
      ),
      manifests,
    );
  });

  test('gives the values alone, too', () => {
    const values = manifests.split('\n').filter((line) => line.startsWith('#   '));
    assert.equal(printed(dump, true), values.map((line) => line.slice(4)).join('\n'));
  });
});

describe('the ConfigMap of v0.12', () => {
  const config = `address-pools:
- name: My Pool
  protocol: layer2
  addresses: [192.168.10.90-192.168.10.100]
- name: my-pool
  protocol: layer2
  auto-assign: off
  addresses: [192.168.20.0/28]
`;
  const indented = config.replace(/^/gm, '    ');
  const configMap = `apiVersion: v1
kind: ConfigMap
metadata:
  name: config
  namespace: metallb-system
data:
  config: |
${indented}`;

  test('is read from its manifest and as it stands in it, with the same result', () => {
    assert.equal(printed(configMap), printed(config));
    assert.match(
      printed(config),
      /^# What the ConfigMap in dump\.yaml is configured with, for Herald in herald-system\./,
    );
  });

  test('may have names that Kubernetes does not take: each gets one of its own, and is told', () => {
    const name =
      /metadata:\n {2}# was "My Pool", which is no name of a Kubernetes object; [^\n]*\n[^\n]*\n {2}name: my-pool-2\n/;
    assert.match(printed(config), name);
    assert.match(
      printed(config),
      /kind: L2Advertisement\nmetadata:\n {2}name: my-pool-2\n[\s\S]*ipAddressPools:\n {4}- my-pool-2\n/,
    );
  });

  test('is refused with line and column of each mistake, and the place of its first line in the file', () => {
    const wrong = configMap.replace('auto-assign: off', 'auto-asign: off').replace('/28', '/33');
    assert.equal(
      refusal(wrong),
      [
        'Invalid: cannot migrate dump.yaml: mend this first (lines count from its key config, whose first is line 8 of the file):',
        '  ConfigMap metallb-system/config: config.address-pools[1].addresses[0]: "192.168.20.0/33" has a bad prefix length: IPv4 takes a whole number from 0 to 32 (line 8, column 15)',
        '  ConfigMap metallb-system/config: config.address-pools[1].auto-asign: unknown key "auto-asign"; known here: name, protocol, addresses, auto-assign, avoid-buggy-ips, bgp-advertisements (line 7, column 3)',
      ].join('\n'),
    );
  });

  test('is left where custom resources are, which MetalLB reads instead', () => {
    const pool =
      'apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\nmetadata: { name: lan }\nspec: { addresses: [10.0.0.0/28] }\n';
    const text = printed(`${configMap}\n---\n${pool}`);
    assert.match(text, /^# ConfigMap metallb-system\/config is not carried over: MetalLB does not read it/m);
    assert.doesNotMatch(text, /my-pool/);
  });

  test('may be empty', () => {
    assert.doesNotMatch(printed(''), /^kind/m);
  });
});

test('texts that kubectl would take for booleans or numbers stay texts', () => {
  const text = `apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: { name: lan }
spec: { nodeSelectors: [{ matchLabels: { public: "yes", rack: "1_000" } }] }
`;
  assert.match(printed(text), /public: "yes"\n +rack: "1_000"/);
});

const other =
  'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a-ca, namespace: metallb-system }\ndata: { ca.crt: x }\n';

test('of several ConfigMaps the one of v0.12 counts, and the others are named', () => {
  const own = `apiVersion: v1
kind: ConfigMap
metadata: { name: config, namespace: metallb-system }
data:
  config: |
    address-pools:
    - { name: lan, protocol: layer2, addresses: [192.168.10.0/24] }
`;
  const text = printed(`${other}---\n${own}---\n${own.replace('name: config', 'name: old')}`);
  assert.match(text, /^# ConfigMap metallb-system\/a-ca is not carried over: Herald reads no such object$/m);
  assert.match(text, /^# ConfigMap metallb-system\/old is not carried over: only one ConfigMap is read$/m);
  assert.match(text, /kind: IPAddressPool\nmetadata:\n {2}name: lan\n/);
});

test('a ConfigMap of another kind beside the resources is no configuration', () => {
  const text = printed(`${other}---\n${dump}`);
  assert.match(text, /^# ConfigMap metallb-system\/a-ca is not carried over: Herald reads no such object$/m);
});

test('interfaces to leave out that can not be read are told of, with the mistake', () => {
  const line = '      announcedInterfacesToExclude: ["^docker.*", "^lo$", "wg[0-9]+$", "^br{1,2}"]\n';
  assert.ok(dump.includes(line));
  const told = /^# ConfigMap metallb-system\/metallb-excludel2 is not carried over: excludel2\.yaml (.*)$/m;
  assert.match(told.exec(printed(dump.replace(line, '      a: [\n')))?.[1] ?? '', /^can not be read: Flow sequence in/);
  assert.equal(told.exec(printed(dump.replace(line, '      docker\n')))?.[1], 'is no list of interfaces');
});

test('a file that is no YAML is refused with line and column', () => {
  assert.equal(
    refusal('kind: List\nitems: [\n'),
    'Unreadable: cannot read dump.yaml: Flow sequence in block collection must be sufficiently indented and end with a ] (line 3, column 1)',
  );
});

test('a file with nothing of MetalLB is refused', () => {
  assert.equal(
    refusal('kind: Secret\nmetadata: { name: x }\n'),
    'NotFound: cannot migrate dump.yaml: it has neither a pool nor another resource of MetalLB, nor the ConfigMap of v0.12; name its namespace by --from, or a file by -f',
  );
});
