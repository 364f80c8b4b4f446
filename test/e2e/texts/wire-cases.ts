import { ipBatch, setSysctls } from '../../cluster/network/iproute.ts';
import { addMachine, machine } from '../../cluster/network/topology.ts';
import type { TextChapter } from './text-case.ts';

const rival = machine('rival', 201);

/** Has the rival claim an address: its kernel announces all that it has when its Ethernet address changes. */
async function claim(address: string): Promise<void> {
  await setSysctls(rival.name, { 'net/ipv4/conf/eth0/arp_notify': '1' });
  await ipBatch(rival.name, [`addr add ${address}/32 dev eth0`, 'link set eth0 address 02:00:00:00:02:01']);
}

export const conflicts: TextChapter = {
  title: 'Another machine uses the address',
  prepare: async (world) => {
    await addMachine(rival);
    await ipBatch(rival.name, ['addr add 192.168.10.170/32 dev eth0']);
    await world.pool('checked', { addresses: ['192.168.10.170/31'], autoAssign: false, conflictCheck: true });
    await world.advertisement('checked', {
      ipAddressPools: ['checked'],
      interfaces: ['eth0'],
      nodeSelectors: [{ matchLabels: { 'kubernetes.io/hostname': 'node-a' } }],
    });
  },
  cases: [
    {
      title: 'It is found by a probe before the address is announced: the Service gets another one',
      shows: ['AddressInUse', 'usedByOthers'],
      service: 'next-one',
      bringAbout: async (world) => {
        await world.service('next-one', { annotations: { 'metallb.io/address-pool': 'checked' } });
        await world.told('next-one', /Assigned 192\.168\.10\.171/);
      },
      until: /AddressInUse[\s\S]*nodeAssigned[\s\S]*=True {2}owner/,
    },
    {
      title: 'The same for a Service that asks for that very address: it waits',
      shows: ['AddressInUse', 'usedByOthers'],
      service: 'that-one',
      bringAbout: (world) =>
        world.service('that-one', { annotations: { 'metallb.io/loadBalancerIPs': '192.168.10.170' } }),
      until: /^Warning {2}AddressInUse[\s\S]*=False {2}AddressInUse/m,
    },
    {
      title: 'It claims an address that is announced',
      shows: ['AddressConflict'],
      service: 'conflict',
      bringAbout: async (world) => {
        await world.service('conflict', { annotations: { 'metallb.io/loadBalancerIPs': '192.168.10.94' } });
        await world.told('conflict', /nodeAssigned[\s\S]*^herald\/Announced=True/m);
        await claim('192.168.10.94');
      },
      until: /AddressConflict/,
      putRight: () => ipBatch(rival.name, ['addr del 192.168.10.94/32 dev eth0']),
    },
  ],
};
