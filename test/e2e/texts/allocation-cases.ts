import type { TextCase, TextChapter } from './text-case.ts';
import type { TextWorld } from './text-world.ts';

const served = /nodeAssigned[\s\S]*^herald\/Announced=True/m;
const failed = /^Warning[\s\S]*^herald\/Allocated=False/m;
/** The speaker has taken back what it said, too. */
const nothingLeft = /ClearAssignment[\s\S]*^Warning[\s\S]*^herald\/Allocated=False(?![\s\S]*^herald\/Announced)/m;
const poolOf = (name: string): Readonly<Record<string, string>> => ({ 'metallb.io/address-pool': name });
const ips = (list: string): Readonly<Record<string, string>> => ({ 'metallb.io/loadBalancerIPs': list });
const sharing = (key: string): Readonly<Record<string, string>> => ({ 'metallb.io/allow-shared-ip': key });

/** Pools and Services that the cases run against. Pools that serve only who asks stand in no other case's way. */
async function prepare(world: TextWorld): Promise<void> {
  const manual = { autoAssign: false };
  await world.pool('lan', { addresses: ['192.168.10.90-192.168.10.99'] });
  await world.pool('full', { addresses: ['192.168.10.130/32'], ...manual });
  await world.pool('labelled', {
    addresses: ['192.168.10.132/32'],
    serviceAllocation: { serviceSelectors: [{ matchLabels: { tier: 'public' } }] },
  });
  await world.pool('shared', { addresses: ['192.168.10.133-192.168.10.139'], ...manual });
  await world.pool('six', { addresses: ['2001:db8:10::200/124'], ...manual });
  await world.pool('team', { addresses: ['192.168.10.131/32'], serviceAllocation: { namespaces: ['team-a'] } });
  await world.pool('both', { addresses: ['192.168.10.140/31', '2001:db8:10::140/127'], ...manual });
  await world.advertisement('all', {});
  await world.pool('broken', { addresses: ['192.168.10.95-192.168.10.105'] }, { usable: false });
  await world.service('first', { annotations: poolOf('full') });
  await world.service('holder', { annotations: { ...ips('192.168.10.134'), ...sharing('one') } });
  await world.service('local', {
    annotations: { ...ips('192.168.10.135'), ...sharing('one') },
    spec: { externalTrafficPolicy: 'Local' },
  });
  for (const name of ['first', 'holder', 'local']) await world.told(name, served);
}

function refused(
  title: string,
  shows: readonly string[],
  service: string,
  options: Parameters<TextWorld['service']>[1],
): TextCase {
  return { title, shows, service, bringAbout: (world) => world.service(service, options), until: failed };
}

export const withoutPools: TextChapter = {
  title: 'Before there is any pool',
  cases: [refused('No pool is configured', ['AllocationFailed', 'poolsRefused'], 'no-pool', {})],
};

export const refusals: TextChapter = {
  title: 'A Service gets no address',
  prepare,
  cleanUp: async (world) => {
    await world.removeServices('first', 'holder', 'local');
    await world.removePools('full', 'labelled', 'six', 'team', 'broken');
  },
  cases: [
    refused('The pool is used up', ['AllocationFailed', 'exhausted'], 'exhausted', { annotations: poolOf('full') }),
    refused('The pool that it asks for does not exist', ['unknownPool'], 'unknown-pool', {
      annotations: poolOf('lna'),
    }),
    refused('The pool can not be used', ['poolSetAside'], 'set-aside', { annotations: poolOf('broken') }),
    refused('The pool is for other namespaces', ['namespaceNotAllowed'], 'namespace', { annotations: poolOf('team') }),
    refused('The pool is for other Services', ['serviceNotSelected'], 'labels', { annotations: poolOf('labelled') }),
    refused('The pool has no addresses of this family', ['familyMissing'], 'family', {
      annotations: poolOf('lan'),
      ipFamilies: ['IPv6'],
    }),
    refused('No pool at all can serve it', ['notAutoAssigned'], 'no-pool-fits', { ipFamilies: ['IPv6'] }),
    refused('It asks for an address that no pool has', ['addressesRefused', 'notInAnyPool'], 'foreign', {
      annotations: ips('10.99.0.1'),
    }),
    refused('It asks for an address and for a pool that does not have it', ['notInRequestedPool'], 'other-pool', {
      annotations: { ...ips('192.168.10.91'), ...poolOf('full') },
    }),
    refused('It asks for an address whose pool does not serve it', ['poolRefuses'], 'pool-refuses', {
      annotations: ips('192.168.10.131'),
    }),
    refused('It asks for an address that another Service has', ['addressInUse', 'sharingKeyDiffers'], 'in-use', {
      annotations: ips('192.168.10.134'),
    }),
    refused('It would share, and the port is taken', ['portTaken'], 'port-taken', {
      annotations: { ...ips('192.168.10.134'), ...sharing('one') },
    }),
    refused('It would share, and the backends differ', ['backendsDiffer'], 'backends', {
      annotations: { ...ips('192.168.10.135'), ...sharing('one') },
      port: 81,
    }),
    refused('It asks twice', ['LoadBalancerFailed', 'unreadableRequest', 'requestedTwice'], 'asks-twice', {
      annotations: ips('192.168.10.92'),
      spec: { loadBalancerIP: '192.168.10.92' },
    }),
    refused('It asks for something that is no address', ['unreadableAddress'], 'garbage', {
      annotations: ips('192.168.10.300'),
    }),
    refused('It asks for two addresses of one family', ['twoOfOneFamily'], 'two-of-one', {
      annotations: ips('192.168.10.92,192.168.10.93'),
    }),
    refused('It asks for an address of a family that it does not have', ['familyNotServed'], 'wrong-family', {
      annotations: ips('2001:db8:10::201'),
    }),
    refused('It must have both families and asks for one', ['onlySomeFamilies'], 'one-of-two', {
      annotations: ips('192.168.10.92'),
      ipFamilyPolicy: 'RequireDualStack',
    }),
    {
      // A backup of a cluster with both families, restored into one with a single family: no write makes such a Service.
      title: 'It must have both families, and has one cluster IP',
      shows: ['NotEnoughClusterIPs', 'notEnoughClusterIPs'],
      service: 'one-cluster-ip',
      bringAbout: (world) =>
        world.restoredService('one-cluster-ip', { type: 'LoadBalancer', ipFamilyPolicy: 'RequireDualStack' }),
      until: failed,
    },
    {
      title: 'It must have both families, and the pool has only one',
      shows: ['AllocationFailed'],
      service: 'both-families',
      bringAbout: (world) =>
        world.service('both-families', { annotations: poolOf('lan'), ipFamilyPolicy: 'RequireDualStack' }),
      until: failed,
    },
    {
      title: 'It prefers both families and gets one',
      shows: ['IPAllocated', 'nodeAssigned', 'owner', 'notOwner'],
      service: 'prefers-both',
      bringAbout: (world) =>
        world.service('prefers-both', { annotations: poolOf('lan'), ipFamilyPolicy: 'PreferDualStack', port: 82 }),
      until: served,
    },
    {
      title: 'It uses an annotation of the old prefix',
      shows: ['deprecatedAnnotation'],
      service: 'old-prefix',
      bringAbout: (world) =>
        world.service('old-prefix', { annotations: { 'metallb.universe.tf/address-pool': 'shared' }, port: 83 }),
      until: /deprecatedAnnotation[\s\S]*nodeAssigned[\s\S]*^herald\/Announced=True/m,
    },
    {
      title: 'It has an address and asks for one that it can not have',
      shows: ['AllocationFailed'],
      service: 'keeps',
      bringAbout: async (world) => {
        await world.service('keeps', { annotations: ips('192.168.10.97') });
        await world.told('keeps', served);
        await world.annotate('keeps', ips('192.168.10.134'));
      },
      until: /^Warning[^\n]*keeps 192\.168\.10\.97[\s\S]*=True {2}AllocationFailed/m,
    },
  ],
};

/** First served as asked for, then changed. */
function lost(
  { title, shows, service, until }: Omit<TextCase, 'bringAbout'>,
  options: Parameters<TextWorld['service']>[1],
  change: (world: TextWorld) => Promise<void>,
): TextCase {
  const bringAbout = async (world: TextWorld): Promise<void> => {
    await world.service(service, options);
    await world.told(service, served);
    await change(world);
  };
  return { title, shows, service, until, bringAbout };
}

export const losses: TextChapter = {
  title: 'A Service loses its address',
  prepare: async (world) => {
    const manual = { autoAssign: false };
    await world.pool('gone', { addresses: ['192.168.10.150/32'], ...manual });
    await world.pool('closing', { addresses: ['192.168.10.151/32'], ...manual });
    await world.pool('shrinking', { addresses: ['192.168.10.152/31', '2001:db8:10::152/127'], ...manual });
    await world.service('key-holder', { annotations: { ...ips('192.168.10.137'), ...sharing('two') } });
    await world.told('key-holder', served);
  },
  cleanUp: async (world) => {
    await world.removeServices('key-holder');
    await world.removePools('closing', 'shrinking', 'shared', 'both');
  },
  cases: [
    lost(
      {
        title: 'It is no LoadBalancer any more',
        shows: ['ClearAssignment', 'serviceLeft'],
        service: 'left',
        until: /ClearAssignment/,
      },
      { annotations: poolOf('shared'), port: 84 },
      (world) => world.patch('left', { spec: { type: 'ClusterIP' } }),
    ),
    lost(
      {
        title: 'It asks for another address',
        shows: ['otherRequested'],
        service: 'moved',
        until: /Assigned 192\.168\.10\.97[\s\S]*^herald\/Announced=True/m,
      },
      { annotations: ips('192.168.10.96') },
      (world) => world.annotate('moved', ips('192.168.10.97')),
    ),
    lost(
      {
        title: 'Its pool is gone',
        shows: ['notInAnyPool'],
        service: 'pool-gone',
        until: nothingLeft,
      },
      { annotations: poolOf('gone') },
      (world) => world.remove('ipaddresspools', 'gone'),
    ),
    lost(
      {
        title: 'Its pool no longer serves it',
        shows: ['poolRefuses'],
        service: 'pool-closed',
        until: nothingLeft,
      },
      { annotations: poolOf('closing') },
      (world) => world.patchPool('closing', { serviceAllocation: { namespaces: ['team-a'] } }),
    ),
    lost(
      {
        title: 'It has one family less',
        shows: ['familyNotWanted'],
        service: 'one-family',
        until: /ClearAssignment[\s\S]*Assigned 192\.168\.10\.140 from/,
      },
      { annotations: poolOf('both'), ipFamilyPolicy: 'RequireDualStack' },
      (world) => world.patch('one-family', { spec: { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv4'] } }),
    ),
    lost(
      {
        title: 'It no longer shares the address with its other user',
        shows: ['heldByAnother'],
        service: 'unshared',
        until: /ClearAssignment[\s\S]*IPAllocated[\s\S]*^herald\/Announced=True/m,
      },
      { annotations: { ...ips('192.168.10.137'), ...sharing('two') }, port: 85 },
      (world) =>
        world.annotate('unshared', { ...sharing('other'), ...poolOf('lan'), 'metallb.io/loadBalancerIPs': null }),
    ),
    lost(
      {
        title: 'It must have both families and its pool loses one',
        shows: ['otherFamilyLost'],
        service: 'half',
        until: nothingLeft,
      },
      { annotations: poolOf('shrinking'), ipFamilyPolicy: 'RequireDualStack' },
      (world) => world.patchPool('shrinking', { addresses: ['192.168.10.152/31'] }),
    ),
    lost(
      {
        title: 'Somebody wrote another address into its status',
        shows: ['ClearAssignment'],
        service: 'edited',
        until: /ClearAssignment[\s\S]*IPAllocated[\s\S]*^herald\/Announced=True/m,
      },
      { annotations: ips('192.168.10.99') },
      (world) => world.patchStatus('edited', { loadBalancer: { ingress: [{ ip: '10.1.2.3' }] } }),
    ),
  ],
};
