import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { Cluster } from '../cluster.ts';
import { heraldNamespace } from '../cluster.ts';
import { portOf } from '../network/topology.ts';
import { hostPid } from '../sandbox/host-pid.ts';

/** What to try next, as commands for another terminal. */
export function advice(cluster: Cluster, kubeconfig: string, addresses: readonly string[]): string {
  const kubectl = `kubectl --kubeconfig ${kubeconfig}`;
  const asClient = `nsenter -t ${hostPid(cluster.client.process.pid ?? 0) ?? '?'} ${enterFlags()}`;
  const fetches = addresses.map((address) => {
    const url = `http://${address.includes(':') ? `[${address}]` : address}/`;
    return `  ${asClient} ${fetchCommand(url)}`;
  });
  const speakers = cluster.nodes.map(
    (node) => `  kill ${hostPid(node.speaker.pid ?? 0) ?? '?'}    # the speaker on ${node.name}`,
  );
  const bridge = hostPid(process.pid) ?? '?';
  const cables = cluster.nodes.map(
    ({ name }) => `  nsenter -t ${bridge} ${enterFlags()} ip link set ${portOf(name)} down    # the cable of ${name}`,
  );
  return [
    'Try, in another terminal:',
    `  ${kubectl} get svc,nodes,ipaddresspools,l2advertisements,servicel2statuses -A`,
    `  ${kubectl} describe svc web`,
    `  ${kubectl} create service loadbalancer more --tcp=80:8080 && ${kubectl} set selector svc more app=web`,
    `  ${kubectl} edit ipaddresspools default -n ${heraldNamespace}`,
    `  ${kubectl} explain ipaddresspools.spec`,
    'Be the client on the LAN:',
    ...fetches,
    `  ${asClient} ip neigh`,
    'End the owner and fetch again; with -9 the others notice after a third of a second. It is started again after 10 s:',
    ...speakers,
    'Pull a cable, and plug it in again with "up" for "down":',
    ...cables,
    'Read what the programs log:',
    `  tail -F ${dirname(kubeconfig)}/*.log`,
    'Ctrl-C ends everything and leaves nothing behind.',
  ].join('\n');
}

function enterFlags(): string {
  return process.env['HERALD_SANDBOX'] === 'root' ? '-n' : '-U --preserve-credentials -n';
}

function fetchCommand(url: string): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const has = (program: string): boolean => folders.some((folder) => existsSync(join(folder, program)));
  if (has('curl')) return `curl -s '${url}'`;
  if (has('wget')) return `wget -qO- '${url}'`;
  return `${process.execPath} -e "fetch('${url}').then(r=>r.text()).then(console.log)"`;
}
