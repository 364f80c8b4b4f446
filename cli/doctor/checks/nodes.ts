import { remedyFor } from '../../../controller/strict-arp/remedy.ts';
import { nodeOfLease } from '../../../speaker/membership/membership.ts';
import { type Check, countOf, someOf, type Trouble } from '../check.ts';
import type { Examination } from '../examination.ts';
import { aheadMs } from '../written-lease.ts';

export const strictArpCheck: Check = {
  name: 'strict-arp',
  about: 'no node answers ARP for addresses that it does not announce',
  needs: ['leases', 'nodes'],
  find: ({ speakers, alive, cluster, facts }) => {
    const byRemedy = new Map<string, { readonly policy: string; readonly nodes: string[] }>();
    for (const { node: name, facts: said } of speakers.values()) {
      if (!alive.has(name) || said.strictArp === undefined) continue;
      const node = cluster.nodes.find(({ meta }) => meta.name === name);
      const remedy = remedyFor({ node, fault: said.strictArp, config: facts.kubeProxy });
      const known = byRemedy.get(remedy) ?? { policy: said.strictArp.policy, nodes: [] };
      known.nodes.push(name);
      byRemedy.set(remedy, known);
    }
    return [...byRemedy].map(([remedy, { policy, nodes }]) => ({
      severity: policy === 'refuse' ? 'warn' : 'fail',
      message:
        policy === 'refuse'
          ? `strict ARP is off on ${someOf(nodes)}, which therefore announce nothing (--strict-arp=refuse)`
          : `strict ARP is off on ${someOf(nodes)}: kube-proxy's IPVS mode answers there for every Service's address`,
      remedy,
      objects: nodes.map((node) => `Node ${node}`),
    }));
  },
};

export const pulsesCheck: Check = {
  name: 'pulses',
  about: 'speakers hear each other',
  needs: ['leases'],
  find: (examination) => {
    const { alive, speakers } = examination;
    const pairs = [...speakers.values()]
      .flatMap(({ node, facts }) => (facts.unheard ?? []).map((other) => [node, other] as const))
      .filter((pair) => pair.every((node) => alive.has(node)));
    return pairs.length === 0 ? [] : [blocked(pairs, examination)];
  },
};

export const kubeProxyCheck: Check = {
  name: 'kube-proxy',
  about: 'kube-proxy works on the nodes that announce',
  needs: ['leases'],
  find: ({ speakers, alive }) => {
    const failing = [...speakers.values()].filter(({ node, facts }) => alive.has(node) && facts.kubeProxyUnhealthy);
    const nodes = failing.map(({ node }) => node);
    if (nodes.length === 0) return [];
    return [
      {
        severity: 'fail',
        message: `kube-proxy's health check fails on ${someOf(nodes)}: others announce in place of ${nodes.length === 1 ? 'it' : 'them'}`,
        remedy: `on the node: curl http://127.0.0.1:10256/healthz; and kubectl -n kube-system logs of its kube-proxy`,
        objects: nodes.map((node) => `Node ${node}`),
      },
    ];
  },
};

export const clocksCheck: Check = {
  name: 'clocks',
  about: 'the clocks of the nodes agree with that of the API server',
  needs: ['leases'],
  find: ({ facts, cluster }) => {
    const wrong = facts.leases.flatMap((lease) => {
      const node = nodeOfLease(lease);
      const differsMs = aheadMs(lease, cluster.nowMs);
      return node === undefined || differsMs === undefined ? [] : [{ node, differsMs }];
    });
    if (wrong.length === 0) return [];
    const texts = wrong.map(({ node, differsMs }) => {
      return `${node} ${Math.abs(Math.round(differsMs / 1000))} s ${differsMs > 0 ? 'ahead' : 'behind'}`;
    });
    return [
      {
        severity: 'warn',
        message: `${countOf(wrong.length, "node's clock differs", "nodes' clocks differ")} from the API server's: ${someOf(texts)}`,
        remedy: 'look at the time service of the node (chronyc tracking, timedatectl)',
        objects: wrong.map(({ node }) => `Node ${node}`),
      },
    ];
  },
};

/** All that hear nothing of each other have one cause more often than not: a firewall between them. */
function blocked(pairs: readonly (readonly [string, string])[], { cluster }: Examination): Trouble {
  const texts = pairs.map(([node, other]) => `${node} hears nothing of ${other}`);
  const nodes = [...new Set(pairs.flat())].sort();
  return {
    severity: 'fail',
    message: `pulses do not come, though the speakers live: ${someOf(texts)}; a failure is noticed only when a Lease runs out`,
    remedy: `open UDP port ${cluster.installation.pulsePort} between the nodes (host firewalls, security groups), or set pulses.port=0`,
    objects: nodes.map((node) => `Node ${node}`),
  };
}
