import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { configMapResource } from '../../shared/api/config-map.ts';
import { readObject, readObjects } from '../../shared/api/json.ts';
import { leaseResource } from '../../shared/api/lease.ts';
import { nodeResource } from '../../shared/api/node.ts';
import { serviceResource } from '../../shared/api/service.ts';
import { ApiError } from '../../shared/kube/api-error.ts';
import { informerTask } from '../../shared/kube/informer-task.ts';
import { supervise } from '../../shared/runtime/supervisor.ts';
import { FakeApiClient } from '../../test/support/fake-api-client.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { MemoryLog } from '../../test/support/memory-log.ts';
import { RecordedEvents } from '../../test/support/recorded-events.ts';
import { strictArpTask } from './strict-arp-task.ts';

const namespace = 'herald-system';
const allocated = { type: 'herald/Allocated', status: 'True', reason: 'IPAllocated', message: '' };
const sed =
  "kubectl get configmap kube-proxy -n kube-system -o yaml | sed -e 's/strictARP: false/strictARP: true/' | " +
  'kubectl apply -f - && kubectl rollout restart daemonset kube-proxy -n kube-system';
const both = `nodes node-a, node-b answer ARP for its IPv4 address even while another node announces it: strict ARP is off, and kube-ipvs0 holds the address there. Mend it: ${sed}`;
const alone =
  'this node answers ARP for IPv4 addresses of Services that other nodes announce: strict ARP is off, and kube-ipvs0 holds them';

let clock: FakeClock;
let api: FakeApiClient;
let events: RecordedEvents;
let log: MemoryLog;
let stop: AbortController;
let ended: Promise<void>;

beforeEach(() => {
  clock = new FakeClock();
  api = new FakeApiClient(clock);
  events = new RecordedEvents();
  log = new MemoryLog();
  ended = Promise.resolve();
  for (const name of ['node-a', 'node-b']) api.put(nodeResource, nodeJson(name));
  service('web', ['192.168.10.90']);
  const config = 'kind: KubeProxyConfiguration\nmode: ipvs\nipvs:\n  strictARP: false\n';
  kubeProxy(config);
});
afterEach(() => end());

async function start(): Promise<void> {
  const shared = { client: api, clock, log, random: () => 0, namespace: '' };
  const leases = informerTask({ ...shared, type: leaseResource });
  const nodes = informerTask({ ...shared, type: nodeResource });
  const services = informerTask({ ...shared, type: serviceResource });
  const informers = [leases, nodes, services];
  const task = strictArpTask({
    ...shared,
    events,
    namespace,
    services: services.cache,
    nodes: nodes.cache,
    speakerLeases: leases.cache,
    synced: Promise.all(informers.map(({ ready }) => ready)),
    loadBalancerClass: undefined,
  });
  stop = new AbortController();
  ended = supervise([...informers, task], { signal: stop.signal, clock, log });
  await clock.advance(100);
}

async function end(): Promise<void> {
  stop.abort();
  await clock.advance(0);
  await ended;
}

function nodeJson(name: string) {
  const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: '', lastHeartbeatTime: 'then' };
  return { metadata: { name, uid: name }, status: { conditions: [ready] } };
}

function service(name: string, ips: readonly string[], more: object = {}): void {
  api.put(serviceResource, {
    metadata: { namespace: 'shop', name, uid: name },
    spec: { type: 'LoadBalancer', clusterIP: '10.96.0.1', ...more },
    status: { loadBalancer: { ingress: ips.map((ip) => ({ ip })) }, conditions: [allocated] },
  });
}

function kubeProxy(config: string): void {
  const metadata = { namespace: 'kube-system', name: 'kube-proxy' };
  api.put(configMapResource, { metadata, data: { 'config.conf': config } });
}

function lease(node: string, strictArp?: string): void {
  const annotations = strictArp === undefined ? {} : { 'herald/strict-arp': strictArp };
  const metadata = { namespace, name: `speaker-${node}`, annotations };
  api.put(leaseResource, { metadata, spec: { holderIdentity: node, leaseDurationSeconds: 15 } });
}

/** Message of the condition, by object: `node-a`, `shop/web`. */
function said(name: string): string | undefined {
  const [first = '', second] = name.split('/');
  const json =
    second === undefined
      ? api.stored(nodeResource, { namespace: '', name: first })
      : api.stored(serviceResource, { namespace: first, name: second });
  const conditions = readObjects(readObject(json ?? {}, 'status'), 'conditions');
  const found = conditions.find(({ type }) => type === 'herald/StrictARPRequired');
  return found && `${found['status']} ${found['reason']} ${found['message']}`;
}

function writes(): number {
  return api.calls.filter(({ method }) => method === 'patch').length;
}

test('where all is right nothing is written, and the ConfigMap is not even read', async () => {
  lease('node-a');
  await start();
  await clock.advance(120_000);
  assert.deepEqual([writes(), events.all, api.calls.filter(({ method }) => method === 'get')], [0, [], []]);
});

test('Services and Nodes concerned say it, with the command, and an event each', async () => {
  lease('node-a', 'warn ipvs');
  lease('node-b', 'refuse ipvs');
  await start();
  assert.equal(said('shop/web'), `True StrictARPRequired ${both}`);
  assert.equal(said('node-a'), `True StrictARPRequired ${alone}. Mend it: ${sed} (Herald in herald-system)`);
  assert.equal(
    said('node-b'),
    `True StrictARPRequired ${alone}; it announces none itself until that is mended (--strict-arp=refuse). Mend it: ${sed} (Herald in herald-system)`,
  );
  const told = events.all.map(({ type, reason, regarding }) => `${type} ${reason} ${regarding.kind} ${regarding.name}`);
  assert.deepEqual(told.toSorted(), [
    'Warning StrictARPRequired Node node-a',
    'Warning StrictARPRequired Node node-b',
    'Warning StrictARPRequired Service web',
  ]);
  const before = writes();
  await clock.advance(300_000);
  assert.equal(writes(), before);
});

test('other conditions of a Node stay as they are, also when ours goes', async () => {
  lease('node-a', 'warn ipvs');
  await start();
  lease('node-a');
  await clock.advance(60_000);
  assert.equal(said('node-a'), undefined);
  assert.deepEqual(api.stored(nodeResource, { namespace: '', name: 'node-a' })?.['status'], nodeJson('node-a').status);
});

test('what another installation says of a Node is left alone, and said by this one once it goes', async () => {
  const foreign = {
    type: 'herald/StrictARPRequired',
    status: 'True',
    reason: 'StrictARPRequired',
    message: 'x (Herald in lb)',
  };
  const { metadata, status } = nodeJson('node-a');
  api.put(nodeResource, { metadata, status: { conditions: [...status.conditions, foreign] } });
  lease('node-a');
  await start();
  await clock.advance(60_000);
  lease('node-a', 'warn ipvs');
  await clock.advance(3_000);
  assert.match(said('node-a') ?? '', /x \(Herald in lb\)$/);
  api.put(nodeResource, nodeJson('node-a'));
  await clock.advance(1_000);
  assert.match(said('node-a') ?? '', /\(Herald in herald-system\)$/);
});

test('a Service without an IPv4 address, of another class, or of another type is not concerned', async () => {
  service('six', ['2001:db8::1']);
  service('foreign', ['192.168.10.91'], { loadBalancerClass: 'example.com/other' });
  service('internal', [], { type: 'ClusterIP' });
  lease('node-a', 'warn ipvs');
  await start();
  assert.deepEqual(
    ['six', 'foreign', 'internal'].map((name) => said(`shop/${name}`)),
    [undefined, undefined, undefined],
  );
});

test('a Service that is given its address later says it too', async () => {
  lease('node-a', 'warn ipvs');
  await start();
  service('late', ['192.168.10.92']);
  await clock.advance(100);
  assert.match(said('shop/late') ?? '', /^True StrictARPRequired node node-a answers ARP for its IPv4 address/);
});

test('what is mended is taken back within a minute; a speaker that restarts changes nothing', async () => {
  lease('node-a', 'warn ipvs');
  await start();
  events.take();
  api.remove(leaseResource, { namespace, name: 'speaker-node-a' });
  await clock.advance(20_000);
  lease('node-a', 'warn ipvs');
  await clock.advance(120_000);
  assert.match(said('shop/web') ?? '', /node-a/);
  assert.deepEqual(events.all, []);
  lease('node-a');
  await clock.advance(20_000);
  assert.match(said('shop/web') ?? '', /node-a/);
  await clock.advance(20_000);
  assert.deepEqual([said('shop/web'), said('node-a')], [undefined, undefined]);
});

test('who comes to lead tells nothing twice, and takes back what is mended meanwhile', async () => {
  lease('node-a', 'warn ipvs');
  await start();
  await end();
  events.take();
  api.remove(leaseResource, { namespace, name: 'speaker-node-a' });
  await start();
  lease('node-a', 'warn ipvs');
  await clock.advance(60_000);
  assert.match(said('shop/web') ?? '', /node-a/);
  assert.deepEqual(events.all, []);
  await end();
  lease('node-a');
  await start();
  await clock.advance(60_000);
  assert.deepEqual([said('shop/web'), said('node-a')], [undefined, undefined]);
});

test('advice that was followed is replaced by the next step', async () => {
  lease('node-a', 'warn ipvs');
  await start();
  kubeProxy('mode: ipvs\nipvs:\n  strictARP: true\n');
  await clock.advance(60_000);
  assert.match(said('shop/web') ?? '', /Mend it: kubectl rollout restart daemonset kube-proxy -n kube-system \(its/);
});

test('a node that enforces in vain is told what it lacks, also where the ConfigMap may not be read', async () => {
  api.fail('get', new ApiError('Forbidden', 'no', { status: 403 }), { times: Number.POSITIVE_INFINITY });
  lease('node-a', 'enforce');
  await start();
  assert.match(said('node-a') ?? '', /lacks the privilege .* strictArp=enforce\. Mend it: .*sysctl -w net\.ipv4/);
});

test('speakers that tell it one after the other make one report', async () => {
  await start();
  lease('node-a', 'warn ipvs');
  await clock.advance(1_000);
  lease('node-b', 'warn ipvs');
  await clock.advance(2_000);
  assert.match(said('shop/web') ?? '', /^True StrictARPRequired nodes node-a, node-b answer ARP/);
  assert.equal(writes(), 3);
});

test('somebody who takes it back each time is not raced', async () => {
  lease('node-a', 'warn ipvs');
  await start();
  const before = writes();
  for (let round = 0; round < 600; round += 1) {
    api.put(nodeResource, nodeJson('node-a'));
    await clock.advance(100);
  }
  // The first of ten was written before; then one every 2 s.
  assert.equal(writes() - before, 39);
  assert.deepEqual(
    log.lines.filter(({ event }) => event.startsWith('strict')).map(({ event, fields }) => [event, fields]),
    [['strict-arp-condition-contested', { object: 'Node node-a' }]],
  );
  await clock.advance(2_000);
  assert.match(said('node-a') ?? '', /^True StrictARPRequired/);
});

test('a write that was refused is made again, and told once', async () => {
  api.fail('patch', new ApiError('Conflict', 'changed', { status: 409 }), { times: 2 });
  api.fail('patch', new ApiError('ServerError', 'away', { status: 500 }), { times: 2 });
  lease('node-a', 'warn ipvs');
  await start();
  await clock.advance(30_000);
  assert.match(said('shop/web') ?? '', /node-a/);
  assert.match(said('node-a') ?? '', /this node/);
  assert.equal(events.all.length, 2);
  assert.deepEqual(
    log.events.filter((event) => event.startsWith('strict')),
    ['strict-arp-condition-not-written'],
  );
});
