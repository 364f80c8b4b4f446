import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { asObject, type JsonObject, readObject, readObjects, readString, readStrings } from '../../shared/api/json.ts';
import { kubectlHerald } from '../cluster/api/kubectl-herald.ts';
import { loadBalancerService, servicesPath } from '../cluster/api/load-balancer-service.ts';
import { heraldNamespace } from '../cluster/cluster.ts';
import { eventually } from '../cluster/eventually.ts';
import type { ClusterNode } from '../cluster/node.ts';
import { heraldProgram } from '../cluster/programs.ts';
import { vips } from '../cluster/watcher/watched-cluster.ts';
import { failoverSuite, moves } from './failover-suite.ts';
import { conditionOf } from './strict-arp-view.ts';

const statusesPath = `/apis/metallb.io/v1beta1/namespaces/${heraldNamespace}/servicel2statuses`;

await failoverSuite(import.meta.filename, { name: 'kubectl herald' }, (watched) => {
  const run = (...args: readonly string[]) => kubectlHerald(watched().cluster.kubeconfig, args);

  async function explain(service: string): Promise<JsonObject> {
    const { stdout, stderr } = await run('explain', service, '-o', 'json');
    assert.equal(stderr, '');
    return asObject(JSON.parse(stdout));
  }

  /** Waits until the owner has said so, and checks that explain, the API server and the wire say the same. */
  async function agree(owner: ClusterNode): Promise<JsonObject> {
    const { api } = watched().cluster;
    await eventually(`${owner.name} says that it is the owner`, async () => {
      const [status] = await api.list(statusesPath);
      const condition = await conditionOf(api, `${servicesPath}/web`, 'herald/Announced');
      const said = readString(readObject(status ?? {}, 'status'), 'node');
      if (said === owner.name && condition?.includes(`announced from node ${owner.name} on eth0`)) return true;
      throw new Error(`${said} does, and the condition is ${condition}`);
    });
    const report = await explain('web');
    assert.equal(report['served'], true, JSON.stringify(report['cause']));
    assert.deepEqual(
      readObjects(report, 'addresses').map(({ address }) => address),
      [...vips],
    );
    const [group = {}, ...others] = readObjects(report, 'groups');
    assert.deepEqual(others, []);
    const told = readObject(group, 'owner');
    assert.deepEqual([told['node'], told['decided'], told['interfaces']], [owner.name, owner.name, ['eth0']]);
    assert.ok(readStrings(told, 'macs').includes(watched().macOf(owner)), 'the MAC that answers on the wire');
    assert.equal((await watched().soleOwner()).name, owner.name);
    return report;
  }

  test('explain says of a healthy Service what the wire and the API server say, on one screen', async () => {
    const owner = await watched().settled();
    await agree(owner);
    const { code, stdout } = await run('explain', 'web');
    assert.equal(code, 0);
    assert.deepEqual(steady(stdout), [
      'Service default/web is served: 192.168.10.90 and 2001:db8:10::90, announced by node-c since TIME',
      'Service     no loadBalancerClass; IPv4 and IPv6 (RequireDualStack); externalTrafficPolicy Local; asks for no address in particular',
      'Pools       lan: gives 192.168.10.90 and 2001:db8:10::90 (1 of 1 IPv4 in use, 1 of 1 IPv6 in use)',
      'Address     192.168.10.90  the lowest free address of pool lan',
      '            2001:db8:10::90  the lowest free address of pool lan',
      'Endpoints   ready on node-a, node-b, node-c',
      'Advertised  by lan: any node, on eth0',
      'Nodes       1.  node-c  announces it',
      '            2.  node-b  takes over if node-c fails',
      '            3.  node-a  stands by',
      'Owner       node-c answers for 192.168.10.90 and 2001:db8:10::90 on eth0 (MAC OF THE OWNER)',
      'Conditions  herald/Allocated  True  IPAllocated  Assigned 192.168.10.90 and 2001:db8:10::90 from pool lan',
      '            herald/Announced  True  owner        announced from node node-c on eth0',
    ]);
  });

  test('explain follows the owner from a node that crashes, and stays with the new one when that is back', async () => {
    const before = await agree(await watched().settled());
    const { from, to } = await moves(watched(), (owner) => owner.crash());
    const after = await agree(to);
    assert.ok(sinceOf(after) > sinceOf(before), 'it is the owner since later');
    await eventually(
      `${from.name} has no speaker any more`,
      async () => {
        const [group = {}] = readObjects(await explain('web'), 'groups');
        const node = readObjects(group, 'nodes').find((one) => one['node'] === from.name);
        return node?.['reason'] === 'speakerNotAlive' || undefined;
      },
      60_000,
    );
    await from.boot();
    assert.equal((await watched().settled()).name, to.name);
    assert.equal(sinceOf(await agree(to)), sinceOf(after));
    const { stdout } = await run('explain', 'web');
    assert.deepEqual(steady(stdout), [
      'Service default/web is served: 192.168.10.90 and 2001:db8:10::90, announced by node-b since TIME',
      'Service     no loadBalancerClass; IPv4 and IPv6 (RequireDualStack); externalTrafficPolicy Local; asks for no address in particular',
      'Pools       lan: gives 192.168.10.90 and 2001:db8:10::90 (1 of 1 IPv4 in use, 1 of 1 IPv6 in use)',
      'Address     192.168.10.90  the lowest free address of pool lan',
      '            2001:db8:10::90  the lowest free address of pool lan',
      'Endpoints   ready on node-a, node-b, node-c',
      'Advertised  by lan: any node, on eth0',
      'Nodes       1.  node-c  takes over if node-b fails',
      '            2.  node-b  announces it',
      '            3.  node-a  stands by',
      'Owner       node-b answers for 192.168.10.90 and 2001:db8:10::90 on eth0 (MAC OF THE OWNER)',
      '            it took over from node node-c: ownerNotLive (its owner is dead: it is heard no more, or its Lease is gone), N ms after it was last heard',
      '            it ranks 2, and keeps it: a better rank alone moves no address',
      'Conditions  herald/Allocated  True  IPAllocated  Assigned 192.168.10.90 and 2001:db8:10::90 from pool lan',
      '            herald/Announced  True  owner        announced from node node-b on eth0',
    ]);
  });

  test('explain follows the owner from a speaker that is asked to end', async () => {
    const { from, to } = await moves(watched(), ({ speaker }) => speaker.kill('SIGTERM'));
    await agree(to);
    from.speaker.start();
    await agree(await watched().settled());
  });

  test('of a Service without an address the first line is the cause, and the second one the remedy', async () => {
    const { api } = watched().cluster;
    await api.create(servicesPath, loadBalancerService({ name: 'late' }));
    await eventually('the controller has refused it', () =>
      conditionOf(api, `${servicesPath}/late`, 'herald/Allocated'),
    );
    const { code, stdout } = await run('explain', 'default/late');
    assert.equal(code, 1);
    assert.deepEqual(steady(stdout), [
      'Service default/late is not served: pool lan: exhausted (1 of 1 in use)',
      'Remedy: add addresses to pool lan (kubectl edit ipaddresspool lan -n herald-system), or delete a Service that has one of it',
      'Service     no loadBalancerClass; IPv4 (SingleStack); externalTrafficPolicy Cluster; asks for no address in particular',
      'Pools       lan: exhausted (1 of 1 in use)',
      'Conditions  herald/Allocated  False  AllocationFailed  pool lan: exhausted (1 of 1 in use)',
    ]);
  });

  test('status tells pools, Services and nodes', async () => {
    const owner = await watched().settled();
    await agree(owner);
    const { code, stdout } = await run('status');
    assert.equal(code, 1, 'one Service is not served');
    assert.deepEqual(steady(stdout), [
      'Herald in herald-system: 1 of 2 Services served, 3 of 3 nodes live',
      'Pools',
      '  lan  ████████████████████  1 of 1 IPv4',
      '       ████████████████████  1 of 1 IPv6',
      'Services',
      '  default/late  -                              -       pool lan: exhausted (1 of 1 in use)',
      '  default/web   192.168.10.90 2001:db8:10::90  node-c  eth0 for AGE',
      'Nodes',
      '  node-a  live  announces 0  eth0',
      '  node-b  live  announces 0  eth0',
      '  node-c  live  announces 1  eth0',
    ]);
  });

  test('status --watch tells what changes, and leaves on Ctrl-C', async () => {
    const { api, kubeconfig } = watched().cluster;
    const [node, ...program] = heraldProgram('cli');
    const child = spawn(node, [...program, 'status', '--watch', '--kubeconfig', kubeconfig]);
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    const ended = once(child, 'exit');
    await eventually('the first status', () => text.includes('1 of 2 Services served') || undefined);
    await api.delete(`${servicesPath}/late`);
    await eventually('the next status', () => text.includes('1 of 1 Services served') || undefined);
    child.kill('SIGINT');
    assert.deepEqual(await ended, [0, null]);
  });

  test('what is not there, and a cluster that can not be reached, end with 2 and one line', async () => {
    const absent = await run('explain', 'nothing');
    assert.deepEqual(absent, {
      code: 2,
      stdout: '',
      stderr: 'cannot explain Service default/nothing: there is no such Service\n',
    });
    const { code, stderr } = await kubectlHerald('/nowhere/kubeconfig', ['status']);
    assert.equal(code, 2);
    assert.match(stderr, /^cannot load kubeconfig \/nowhere\/kubeconfig: [^\n]*\n$/);
  });
});

function sinceOf(report: JsonObject): string {
  const [group = {}] = readObjects(report, 'groups');
  return readString(readObject(group, 'owner'), 'since') ?? '';
}

/** Without what differs from run to run: so does which speaker starts first, from which who ranks before it takes over. */
function steady(text: string): readonly string[] {
  const lines = text.split('\n').slice(0, -1);
  return lines
    .filter((line) => !line.includes('placedByRank'))
    .map((line) =>
      line
        .replace(/since \S+ \S+ UTC \(\d+ \w+\)/, 'since TIME')
        .replace(/, \d+ ms after it was/, ', N ms after it was')
        .replace(/ for \d+ (s|min)$/, ' for AGE')
        .replace(/MAC [0-9a-f:]{17}/, 'MAC OF THE OWNER'),
    );
}
