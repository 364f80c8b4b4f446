import { heraldNamespace } from '../../cluster/cluster.ts';
import { eventually } from '../../cluster/eventually.ts';
import type { TextCase, TextChapter } from './text-case.ts';
import type { TextWorld } from './text-world.ts';

const poolOf = (name: string): Readonly<Record<string, string>> => ({ 'metallb.io/address-pool': name });
const served = /nodeAssigned[\s\S]*^herald\/Announced=True/m;
const nobody = /NotAnnounced[\s\S]*^herald\/Announced=False/m;
const leases = `/apis/coordination.k8s.io/v1/namespaces/${heraldNamespace}/leases`;

/** Allocated, and never announced by anybody. */
function unannounced(
  title: string,
  reason: string,
  service: string,
  options: Parameters<TextWorld['service']>[1],
): TextCase {
  return {
    title,
    shows: ['NotAnnounced', reason],
    service,
    bringAbout: (world) => world.service(service, options),
    until: nobody,
  };
}

/** Announced by node-b, which alone may, until something happens to it. */
function stopped(
  about: Pick<TextCase, 'title' | 'shows' | 'service' | 'putRight'> &
    Partial<Pick<TextCase, 'until' | 'also' | 'alsoUntil'>>,
  happens: (world: TextWorld) => Promise<unknown>,
): TextCase {
  return {
    until: nobody,
    ...about,
    bringAbout: async (world) => {
      await world.service(about.service, { annotations: poolOf('only-b') });
      await world.told(about.service, served);
      await happens(world);
    },
  };
}

export const placements: TextChapter = {
  title: 'A Service has an address, and nobody announces it',
  prepare: async (world) => {
    const manual = { autoAssign: false };
    const onNodeB = { nodeSelectors: [{ matchLabels: { 'kubernetes.io/hostname': 'node-b' } }] };
    await world.pool('silent', { addresses: ['192.168.10.160/31'], ...manual });
    await world.pool('narrow', { addresses: ['192.168.10.162/31'], ...manual });
    await world.pool('bonded', { addresses: ['192.168.10.164/31'], ...manual });
    await world.pool('only-b', { addresses: ['192.168.10.166/31'], ...manual });
    await world.service('canary', { annotations: poolOf('lan') });
    await world.told('canary', served);
    await world.remove('l2advertisements', 'all');
    // From here on all speakers know it.
    await world.told('canary', nobody);
    await world.removeServices('canary');
    await world.advertisement('narrow', {
      ipAddressPools: ['narrow'],
      serviceSelectors: [{ matchLabels: { tier: 'public' } }],
    });
    await world.advertisement('bonded', { ipAddressPools: ['bonded'], interfaces: ['bond7'] });
    await world.advertisement('only-b', { ipAddressPools: ['only-b'], interfaces: ['eth0'], ...onNodeB });
    await world.advertisement('lan', { ipAddressPools: ['lan'], interfaces: ['eth0'] });
    await world.node('node-b').setPodReady(world.api, false);
  },
  cases: [
    unannounced('No advertisement has its pool', 'noMatchingAdvertisement', 'no-advertisement', {
      annotations: poolOf('silent'),
    }),
    unannounced('The advertisement of its pool is for other Services', 'noMatchingAdvertisement', 'not-selected', {
      annotations: poolOf('narrow'),
    }),
    unannounced('No node has the interface that the advertisement names', 'noInterface', 'no-interface', {
      annotations: poolOf('bonded'),
    }),
    unannounced('No Pod is ready', 'noEndpoints', 'no-endpoints', {
      annotations: poolOf('lan'),
      spec: { selector: { app: 'nothing' } },
    }),
    unannounced('Its traffic stays on the node, and no Pod is ready there', 'noLocalEndpoints', 'no-local-endpoints', {
      annotations: poolOf('only-b'),
      spec: { externalTrafficPolicy: 'Local' },
    }),
  ],
  cleanUp: (world) => world.node('node-b').setPodReady(world.api, true),
};

const excludeLabel = 'node.kubernetes.io/exclude-from-external-load-balancers';
const nodeB = { kind: 'Node', namespace: '', name: 'node-b' } as const;

async function label(world: TextWorld, value: string | null): Promise<void> {
  await world.api.mergePatch('/api/v1/nodes/node-b', { metadata: { labels: { [excludeLabel]: value } } });
}

async function speakerRuns(world: TextWorld, node: string): Promise<void> {
  await eventually(`a Lease of ${node}`, async () => {
    const lease = await world.api.find(`${leases}/speaker-${node}`);
    return JSON.stringify(lease ?? '').includes(`"holderIdentity":"${node}"`) || undefined;
  });
}

export const nodeFaults: TextChapter = {
  title: 'The only node that may announce fails',
  apart: true,
  cases: [
    // First: a node that has just come back takes nothing for a while, and this needs both.
    {
      title: 'kube-proxy fails on the node that announces, and another node takes over',
      shows: ['OwnerChanged', 'kubeProxyUnhealthy', 'ownerNotCandidate'],
      service: 'proxy-fails',
      bringAbout: async (world) => {
        await world.service('proxy-fails', { annotations: { 'metallb.io/loadBalancerIPs': '192.168.10.93' } });
        await world.told('proxy-fails', /nodeAssigned[\s\S]*announced from node node-b/);
        await world.node('node-b').proxy.kill('SIGSTOP');
      },
      until: /OwnerChanged[\s\S]*nodeAssigned[^\n]*node-a[\s\S]*announced from node node-a/,
      putRight: (world) => world.node('node-b').proxy.kill('SIGCONT'),
    },
    stopped(
      {
        title: 'The node is excluded by its label',
        shows: ['nodeExcluded'],
        service: 'excluded',
        putRight: (world) => label(world, null),
      },
      (world) => label(world, ''),
    ),
    stopped(
      {
        title: 'The node has no network yet',
        shows: ['nodeNetworkUnavailable'],
        service: 'no-network',
        putRight: (world) => world.nodeCondition('node-b', 'NetworkUnavailable', 'False'),
      },
      (world) => world.nodeCondition('node-b', 'NetworkUnavailable', 'True'),
    ),
    stopped(
      {
        title: 'The cable of the node is out',
        shows: ['noCarrier'],
        service: 'no-carrier',
        putRight: (world) => world.node('node-b').setCable(true),
      },
      (world) => world.node('node-b').setCable(false),
    ),
    stopped(
      { title: 'The speaker of the node has stopped', shows: ['speakerNotAlive'], service: 'no-speaker' },
      (world) => world.node('node-b').speaker.kill('SIGTERM'),
    ),
    {
      title: 'The node is not ready, and its speaker is not heard',
      shows: ['nodeNotReady'],
      service: 'node-not-ready',
      bringAbout: async (world) => {
        await world.nodeCondition('node-b', 'Ready', 'False');
        await world.service('node-not-ready', { annotations: poolOf('only-b') });
      },
      until: nobody,
      putRight: (world) => world.nodeCondition('node-b', 'Ready', 'True'),
    },
    {
      title: 'No speaker runs on any node',
      shows: ['speakerNotAlive'],
      service: 'no-speakers',
      bringAbout: async (world) => {
        await world.node('node-a').speaker.kill('SIGTERM');
        await world.service('no-speakers', { annotations: poolOf('lan') });
      },
      until: nobody,
      putRight: async (world) => {
        for (const name of ['node-a', 'node-b']) world.node(name).speaker.start();
        for (const name of ['node-a', 'node-b']) await speakerRuns(world, name);
      },
    },
    {
      title: 'Its pool is gone, and no controller runs that would give it another address',
      shows: ['poolUnknown'],
      service: 'pool-unknown',
      bringAbout: async (world) => {
        await world.service('pool-unknown', { annotations: poolOf('silent') });
        await world.told('pool-unknown', nobody);
        await world.cluster.controller.kill('SIGTERM');
        await world.remove('ipaddresspools', 'silent');
      },
      until: /^Warning[^\n]*poolUnknown[\s\S]*=False {2}poolUnknown/m,
      putRight: async (world) => world.cluster.controller.start(),
    },
  ],
};

export const strictArp: TextChapter = {
  title: 'kube-proxy runs in IPVS mode without strict ARP',
  apart: true,
  prepare: async (world) => {
    await world.node('node-b').setProxyMode('ipvs');
  },
  cleanUp: (world) => world.stopBeside(),
  cases: [
    {
      title: 'The kernel of a node answers ARP for addresses that it does not announce',
      shows: ['StrictARPRequired', 'herald/StrictARPRequired'],
      service: 'strict-arp',
      also: [nodeB],
      bringAbout: async (world) => {
        await world.service('strict-arp', { annotations: { 'metallb.io/loadBalancerIPs': '192.168.10.92' } });
        await world.told('strict-arp', served);
      },
      until: /^Warning {2}Strict[\s\S]*^herald\/StrictARPRequired=True/m,
      alsoUntil: /^Warning {2}Strict[\s\S]*^herald\/StrictARPRequired=True/m,
    },
    {
      title: 'The same where speakers refuse to announce from such nodes',
      shows: ['strictArpRequired'],
      service: 'strict-arp-refused',
      also: [nodeB],
      bringAbout: async (world) => {
        const { speaker } = world.node('node-b');
        await speaker.kill('SIGTERM');
        world.startBeside({ ...speaker.spec, command: [...speaker.spec.command, '--strict-arp=refuse'] });
        await world.toldOf(nodeB, /strict-arp=refuse/);
        await world.service('strict-arp-refused', { annotations: poolOf('only-b') });
      },
      until: /^Warning {2}Strict[\s\S]*^Warning[^\n]*strictArpRequired[\s\S]*=False {2}strictArpRequired/m,
    },
  ],
};
