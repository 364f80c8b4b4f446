import type { Node } from '../../../shared/api/node.ts';
import { nodeOfLease } from '../../../speaker/membership/membership.ts';
import { type Check, countOf, someOf, type Trouble } from '../check.ts';
import { belongsOn } from '../daemon-set-nodes.ts';
import type { Examination } from '../examination.ts';
import { isHeld } from '../written-lease.ts';

export const speakersCheck: Check = {
  name: 'speakers',
  about: 'a speaker lives on each node where one should run',
  needs: ['leases', 'nodes', 'daemonsets'],
  find: (examination) => {
    if (examination.alive.size === 0) return [noSpeaker(examination)];
    const missing = examination.cluster.nodes.filter((node) => lacksSpeaker(node, examination));
    const notReady = missing.filter((node) => !isReady(node));
    return [
      ...lacking(examination, missing.filter(isReady), {
        severity: 'fail',
        what: 'no speaker lives on',
        where: 'look at its Pod',
      }),
      ...lacking(examination, notReady, {
        severity: 'warn',
        what: 'not ready, and without a speaker:',
        where: 'look at the node',
      }),
      ...cutOff(examination),
    ];
  },
};

/** A node without a DaemonSet to say so lacks one where one ran until lately. */
function lacksSpeaker(node: Node, { cluster, speakers, alive }: Examination): boolean {
  const { name } = node.meta;
  if (alive.has(name)) return false;
  const daemonSet = cluster.installation.speaker;
  const belongs = daemonSet === undefined ? undefined : belongsOn(daemonSet, node);
  return belongs ?? speakers.has(name);
}

/** Its Lease has run out, and the others leave it there, since they hear it. */
function cutOff({ speakers, facts, cluster }: Examination): readonly Trouble[] {
  const heard = [...speakers.values()].filter(({ state }) => state === 'heard').map(({ node }) => node);
  // One whose clock is behind renews in time, though its times look old.
  const late = heard.filter((node) => {
    const lease = facts.leases.find((one) => nodeOfLease(one) === node);
    return lease === undefined || !isHeld(lease, cluster.nowMs);
  });
  if (late.length === 0) return [];
  return [
    {
      severity: 'warn',
      message: `the Leases of the speakers on ${someOf(late)} have run out, though the other speakers hear them`,
      remedy: 'see whether the API server can be reached from the node, and whether its clock is right',
      objects: late.map((name) => `Node ${name}`),
    },
  ];
}

function lacking(
  { cluster }: Examination,
  nodes: readonly Node[],
  text: { readonly severity: Trouble['severity']; readonly what: string; readonly where: string },
): readonly Trouble[] {
  if (nodes.length === 0) return [];
  const names = nodes.map(({ meta }) => meta.name);
  const { namespace } = cluster;
  const command = `kubectl -n ${namespace} get pods -o wide -l app.kubernetes.io/component=speaker`;
  return [
    {
      severity: text.severity,
      message: `${text.what} ${someOf(names)}: none of the addresses can be announced from there`,
      remedy: `${text.where} (${command}) and at its Lease speaker-${names[0]}`,
      objects: names.map((name) => `Node ${name}`),
    },
  ];
}

function noSpeaker({ cluster }: Examination): Trouble {
  const { namespace, installation, nodes } = cluster;
  const name = installation.speaker?.meta.name;
  return {
    severity: 'fail',
    message: `no speaker lives on any of ${countOf(nodes.length, 'node')}: no address is announced`,
    remedy:
      name === undefined
        ? `no DaemonSet of the chart is in namespace ${namespace}: is Herald installed there (--herald-namespace)?`
        : `kubectl -n ${namespace} describe daemonset ${name}; kubectl -n ${namespace} logs daemonset/${name}`,
    objects: [`Namespace ${namespace}`],
  };
}

function isReady({ conditions }: Node): boolean {
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}
