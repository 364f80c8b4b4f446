import type { Cluster } from '../../cluster/cluster.ts';
import type { ClusterNode } from '../../cluster/node.ts';

export const faultNames = ['crash', 'sigkill', 'sigstop', 'link-down', 'port-down', 'sigterm'] as const;
export type FaultName = (typeof faultNames)[number];

/** Something that happens to the node which owns the address, and its end. */
export interface Fault {
  readonly text: string;
  /** Has happened when this returns, but for what the promise stands for. */
  inject(node: ClusterNode): Promise<void>;
  recover(node: ClusterNode): Promise<void>;
}

export const faults: Readonly<Record<FaultName, Fault>> = {
  crash: {
    text: 'node crash: all its programs killed and its cables dead at one instant',
    inject: (node) => node.crash(),
    recover: (node) => node.boot(),
  },
  sigkill: {
    text: 'SIGKILL to the speaker; started again after the takeover',
    inject: ({ speaker }) => speaker.kill('SIGKILL'),
    recover: async ({ speaker }) => speaker.start(),
  },
  sigstop: {
    text: 'SIGSTOP to the speaker; SIGCONT after the takeover',
    inject: ({ speaker }) => speaker.kill('SIGSTOP'),
    recover: ({ speaker }) => speaker.kill('SIGCONT'),
  },
  // A request that the node has taken in that instant is nobody's any more: its client waits until it gives up (4 s). Over
  // IPv6 more often, since the endpoint's address goes with the link, and the proxy's reset with it.
  'link-down': {
    text: "the node's interface set down",
    inject: (node) => node.setLink(false),
    recover: (node) => node.setLink(true),
  },
  'port-down': {
    text: "the switch's port set down",
    inject: (node) => node.setCable(false),
    recover: (node) => node.setCable(true),
  },
  sigterm: {
    text: 'SIGTERM to the speaker; started again after its end',
    inject: ({ speaker }) => speaker.kill('SIGTERM'),
    recover: async ({ speaker }) => speaker.start(),
  },
};

/** The same, while the API server is stopped. */
export function apart(fault: Fault, { controlPlane }: Cluster): Fault {
  return {
    text: `${fault.text}; the API server stopped`,
    inject: (node) => fault.inject(node),
    recover: async (node) => {
      await controlPlane.apiServer.kill('SIGCONT');
      await fault.recover(node);
    },
  };
}

/** The same, and the API server is killed at that instant, as where the node is the only control plane. */
export function withControlPlane(fault: Fault, { controlPlane }: Cluster): Fault {
  return {
    text: `${fault.text}; the only API server with it`,
    inject: async (node) => {
      const killed = controlPlane.apiServer.kill('SIGKILL');
      await Promise.all([killed, fault.inject(node)]);
    },
    recover: async (node) => {
      controlPlane.apiServer.start();
      await controlPlane.ready();
      await fault.recover(node);
    },
  };
}
