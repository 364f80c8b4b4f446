import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readObject, readObjects, readString } from '../../shared/api/json.ts';
import { applyManifests } from '../cluster/api/apply.ts';
import { loadBalancerService, servicesPath } from '../cluster/api/load-balancer-service.ts';
import { addressesOf, waitForAddresses } from '../cluster/api/service-addresses.ts';
import { type Cluster, heraldNamespace } from '../cluster/cluster.ts';
import { eventually } from '../cluster/eventually.ts';
import { ipBatch, run, setSysctls } from '../cluster/network/iproute.ts';
import { addMachine, type Machine, machine, macOf } from '../cluster/network/topology.ts';
import { monotonicMs } from '../cluster/process/dialogue.ts';
import { ManagedProcess } from '../cluster/process/managed-process.ts';
import { speakerMetrics } from '../cluster/speaker-metrics.ts';
import { macsSince } from '../cluster/watcher/watch.ts';
import { Watcher } from '../cluster/watcher/watcher.ts';
import { clusterSuite } from './cluster-suite.ts';
import { warningsOn } from './complaints.ts';
import { waitForOwner } from './lan-view.ts';
import { conditionOf, everyMs } from './strict-arp-view.ts';

const manifests = `
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: { name: lan, namespace: herald-system }
spec:
  addresses: [192.168.10.90-192.168.10.92, 2001:db8:10::90-2001:db8:10::92]
  conflictCheck: true
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: { name: lan, namespace: herald-system }
spec: { ipAddressPools: [lan], interfaces: [eth0] }
`;
/** What the printer has, by hand, before Herald gives anything to anybody. */
const taken = ['192.168.10.90', '2001:db8:10::90'] as const;
const free = ['192.168.10.91', '2001:db8:10::91'] as const;
const probesProgram = join(import.meta.dirname, '..', 'cluster', 'watcher', 'probes-main.ts');

/** Machines on the LAN that are no part of the cluster. */
const printer = machine('printer', 202);
const guest = machine('guest', 203);
const watcher = new Watcher(machine('watcher', 201));
const listener = new ManagedProcess({
  name: 'listener',
  netns: 'watcher',
  command: [process.execPath, probesProgram, 'eth0'],
});

async function addAddresses({ name }: Machine, [ipv4, ipv6]: readonly [string, string]): Promise<void> {
  await ipBatch(name, [`addr add ${ipv4}/32 dev eth0`, `addr add ${ipv6}/128 dev eth0 nodad`]);
}

/** `MAC ADDRESS` of each probe on the LAN so far. */
function probes(): readonly string[] {
  const lines = listener.lastLines(Number.POSITIVE_INFINITY);
  return lines.filter((line) => line.startsWith('probe ')).map((line) => line.slice('probe '.length));
}

async function nodeMacs({ nodes }: Cluster): Promise<readonly string[]> {
  return Promise.all(nodes.map(({ name }) => macOf(name)));
}

function conflictsIn(warnings: readonly string[]): readonly string[] {
  return warnings.filter((text) => text.startsWith('AddressConflict: '));
}

await clusterSuite(import.meta.filename, { name: 'an address that another machine uses' }, (cluster) => {
  const web = `${servicesPath}/web`;
  before(async () => {
    for (const each of [printer, guest, watcher.machine]) await addMachine(each);
    await addAddresses(printer, taken);
    await watcher.start();
    listener.start();
    await listener.waitForLine(/listening/, 10_000);
    await watcher.watch([...taken, ...free], everyMs);
    await applyManifests(cluster(), manifests);
  });
  after(() => Promise.all([listener, watcher.process].map((each) => each.kill('SIGKILL'))));

  test('is not announced: the Service gets the next ones, of both families', async () => {
    const { api } = cluster();
    await api.create(servicesPath, loadBalancerService({ name: 'web', ipFamilyPolicy: 'RequireDualStack' }));
    await eventually(
      'the addresses that nobody has',
      async () => {
        const addresses = addressesOf(await api.get(web));
        if (addresses.join() === free.join()) return true;
        throw new Error(addresses.join());
      },
      60_000,
    );
    for (const address of free) await waitForOwner(cluster(), address);
    assert.match((await cluster().client.fetch(free[0], 80)).body, /^Hello from node-[abc]\./);
    assert.match((await conditionOf(api, web, 'herald/Allocated')) ?? '', /^True IPAllocated: /);
  });

  test('goes on being its own: nobody else ever answered for it, or announced it', async () => {
    const printerMac = await macOf(printer.name);
    const watches = await watcher.report(0);
    for (const watch of watches.slice(0, 2)) {
      assert.deepEqual(macsSince(watch, 0), [printerMac], watch.address);
      // It defends its address of IPv6 by an advertisement to all (RFC 4862 §5.4.4).
      assert.deepEqual(
        watch.announcements.filter(({ mac }) => mac !== printerMac),
        [],
        watch.address,
      );
    }
  });

  test('was probed for by the nodes, as the ones that were then announced', async () => {
    const macs = await nodeMacs(cluster());
    const probed = new Set(
      probes()
        .filter((line) => macs.includes(line.split(' ')[0] ?? ''))
        .map((line) => line.split(' ')[1]),
    );
    for (const address of [...taken, ...free]) assert.ok(probed.has(address), `${address}: ${[...probed].join()}`);
  });

  test('is named by a Warning on the Service, by the pool and by its metrics', async () => {
    const { api, nodes } = cluster();
    const printerMac = await macOf(printer.name);
    const warnings = (await warningsOn(api, 'Service', 'web', 'default')).join('\n');
    for (const address of taken) {
      assert.ok(warnings.includes(`${address} is in use by ${printerMac} on eth0 (seen by node-`), warnings);
    }
    assert.match(warnings, /AddressInUse: .* and is tried again at \d{4}-/);
    const told = await eventually('the status of the pool', async () => {
      const pool = await api.get(`/apis/metallb.io/v1beta1/namespaces/${heraldNamespace}/ipaddresspools/lan`);
      const status = readObject(pool, 'status');
      const list = readObjects(status, 'addressesInUse');
      return status['availableIPv4'] === 1 && list.length === 2 ? list : undefined;
    });
    assert.deepEqual(
      told.map((one) => `${readString(one, 'address')} ${readString(one, 'mac')} ${readString(one, 'interface')}`),
      taken.map((address) => `${address} ${printerMac} eth0`),
    );
    const metrics = await Promise.all(nodes.map(({ machine: each }) => speakerMetrics(each)));
    const counts = metrics.map((each) => each.get('herald_addresses_in_use_by_others') ?? 0);
    assert.ok(Math.max(...counts) >= 1, counts.join());
  });

  test('that a Service asks for is waited for, and it says so', async () => {
    const { api } = cluster();
    const annotations = { 'metallb.io/loadBalancerIPs': taken[0] };
    await api.create(servicesPath, loadBalancerService({ name: 'wants', port: 81, annotations }));
    const said = await eventually('the condition', () => conditionOf(api, `${servicesPath}/wants`, 'herald/Allocated'));
    const expected = `False AddressInUse: ${taken[0]} is in use by ${await macOf(printer.name)} on eth0 (seen by node-`;
    assert.ok(said.startsWith(expected), said);
    assert.deepEqual(addressesOf(await api.get(`${servicesPath}/wants`)), []);
    assert.equal((await warningsOn(api, 'Service', 'wants', 'default')).length, 1);
  });

  test('is set aside by the next controller, too', async () => {
    const { api, controller } = cluster();
    await controller.kill('SIGKILL');
    controller.start();
    await api.create(servicesPath, loadBalancerService({ name: 'later', port: 82 }));
    const leads = async () => addressesOf(await api.get(`${servicesPath}/later`))[0];
    assert.equal(await eventually('the next controller leads', leads, 90_000), '192.168.10.92');
    assert.deepEqual(addressesOf(await api.get(`${servicesPath}/wants`)), []);
  });

  test('is not looked for again where it is announced: no restart of speakers makes a probe', async () => {
    const macs = await nodeMacs(cluster());
    await waitForOwner(cluster(), '192.168.10.92', { port: 82 });
    const byNodes = () => probes().filter((line) => macs.includes(line.split(' ')[0] ?? '')).length;
    const before = byNodes();
    for (const { speaker } of cluster().nodes) await speaker.kill('SIGKILL');
    for (const { speaker } of cluster().nodes) speaker.start();
    for (const address of free) await waitForOwner(cluster(), address, { timeoutMs: 60_000 });
    assert.equal(byNodes(), before);
  });

  test('of the nodes is refused to one who only probes, and that is no conflict', async () => {
    const { api } = cluster();
    const macs = await nodeMacs(cluster());
    const printed = await run(guest.name, [process.execPath, probesProgram, 'eth0', free[0]]);
    const answers = macs.filter((mac) => printed.includes(`answer ${mac}`));
    assert.equal(answers.length, 1, printed);
    // The kernel's own detection (RFC 4862 §5.4) finds that it is a duplicate.
    const detecting = { accept_dad: '1', dad_transmits: '1' };
    for (const [name, value] of Object.entries(detecting)) {
      await setSysctls(guest.name, { [`net/ipv6/conf/eth0/${name}`]: value });
    }
    await ipBatch(guest.name, [`addr add ${free[1]}/128 dev eth0`]);
    await eventually('a duplicate', async () => {
      const shown = await run(guest.name, ['ip', '-6', 'addr', 'show', 'dev', 'eth0', 'dadfailed']);
      return shown.includes(free[1]) || undefined;
    });
    await ipBatch(guest.name, [`addr del ${free[1]}/128 dev eth0`]);
    assert.deepEqual(conflictsIn(await warningsOn(api, 'Service', 'web', 'default')), []);
  });

  test('of the nodes that another machine takes later is a conflict: it is said, and defended', async () => {
    const { api, nodes } = cluster();
    await setSysctls(printer.name, { 'net/ipv4/conf/eth0/arp_notify': '1', 'net/ipv6/conf/eth0/ndisc_notify': '1' });
    await addAddresses(printer, free);
    const sinceMs = monotonicMs();
    // With another MAC a kernel tells its neighbours of all its addresses.
    await ipBatch(printer.name, ['link set eth0 address 02:00:00:00:00:77']);
    const printerMac = await macOf(printer.name);
    await eventually('a Warning for each address', async () => {
      const said = conflictsIn(await warningsOn(api, 'Service', 'web', 'default'));
      return free.every((ip) => said.some((text) => text.includes(`${printerMac} claims ${ip} on the network of eth0`)))
        ? true
        : undefined;
    });
    const metrics = await Promise.all(nodes.map(({ machine: each }) => speakerMetrics(each)));
    for (const ip of free) {
      const counts = metrics.map((each) => each.get(`herald_conflicts_total{service="default/web",ip="${ip}"}`) ?? 0);
      assert.deepEqual(counts.toSorted(), [0, 0, 1], ip);
    }
    const macs = await nodeMacs(cluster());
    await eventually('the owner announces both once more', async () => {
      const watches = (await watcher.report(sinceMs)).slice(taken.length);
      return watches.every(({ announcements }) => announcements.some(({ mac }) => macs.includes(mac))) || undefined;
    });
    assert.deepEqual(await waitForAddresses(api, 'web', 2), free);
  });
});
