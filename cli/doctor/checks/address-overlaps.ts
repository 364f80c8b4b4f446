import { keyOf } from '../../../shared/api/object-meta.ts';
import type { Pool } from '../../../shared/config/model.ts';
import { isUsable } from '../../../shared/config/pool-addresses.ts';
import { canonicalAddress, formatAddress, type IpAddress, parseAddress } from '../../../shared/net/address.ts';
import { type Check, countOf, someOf, type Trouble } from '../check.ts';
import type { Examination } from '../examination.ts';

export const externalIPsCheck: Check = {
  name: 'external-ips',
  about: 'no Service takes an address of a pool by spec.externalIPs',
  needs: ['services', 'ipaddresspools', 'configmaps'],
  find: ({ cluster, config }) => {
    const pools = [...(config?.pools.values() ?? [])];
    return cluster.services.flatMap(({ meta, externalIPs }) => {
      const taken = externalIPs.flatMap((text) => {
        const address = parseAddress(text);
        const pool = address && pools.find((one) => isUsable(one, address));
        return pool === undefined ? [] : [`${canonicalAddress(text)} of pool ${pool.name}`];
      });
      if (taken.length === 0) return [];
      return [
        {
          severity: 'warn',
          message: `Service ${keyOf(meta)} names ${someOf(taken)} in spec.externalIPs: kube-proxy takes what arrives for it, whoever has the address`,
          remedy: 'take it out of spec.externalIPs, or put it into spec.excludeAddresses of the pool',
          objects: [`Service ${keyOf(meta)}`],
        },
      ];
    });
  },
};

interface NodeAddress {
  readonly node: string;
  readonly address: IpAddress;
}

export const poolAddressesCheck: Check = {
  name: 'pool-addresses',
  about: 'pools hold no address of a node, nor those that routers usually have',
  needs: ['nodes', 'ipaddresspools', 'configmaps'],
  find: (examination) => {
    const ofNodes = examination.cluster.nodes.flatMap(({ meta, internalIPs, externalIPs }): readonly NodeAddress[] =>
      [...internalIPs, ...externalIPs].flatMap((text) => {
        const address = parseAddress(text);
        return address === undefined ? [] : [{ node: meta.name, address }];
      }),
    );
    return [...(examination.config?.pools.values() ?? [])].flatMap((pool) => lookAt(pool, ofNodes, examination));
  },
};

/** One finding for a pool: what is too wide holds nodes and routers alike. */
function lookAt(pool: Pool, ofNodes: readonly NodeAddress[], { cluster }: Examination): readonly Trouble[] {
  const held = ofNodes.filter(({ address }) => isUsable(pool, address));
  const objects = [`IPAddressPool ${cluster.namespace}/${pool.name}`];
  if (held.length > 0) {
    const texts = held.map(({ node, address }) => `${formatAddress(address)} (${node})`);
    const message = `pool ${pool.name} holds ${countOf(held.length, 'address', 'addresses')} of nodes: ${someOf(texts)}; a Service that gets one cuts the node off`;
    const remedy = 'put what nodes, routers and the DHCP server have into spec.excludeAddresses, or narrow the pool';
    return [{ severity: 'fail', message, remedy, objects }];
  }
  const usual = routersIn(ofNodes).filter((address) => isUsable(pool, address));
  if (usual.length === 0) return [];
  const message =
    `pool ${pool.name} holds ${someOf(usual.map(formatAddress))}, where a router usually is in a network of the nodes; ` +
    'what is really there, and which range a DHCP server gives out, the API server does not know';
  const remedy = 'compare the pool with the router and its DHCP range; put what is taken into spec.excludeAddresses';
  return [{ severity: 'warn', message, remedy, objects }];
}

/** The first and the last host of the /24 networks that the nodes are in: prefix lengths are not in the API. */
function routersIn(ofNodes: readonly NodeAddress[]): readonly IpAddress[] {
  const v4 = ofNodes.filter(({ address }) => address.family === 'IPv4');
  const networks = new Set(v4.map(({ address }) => address.value & ~0xffn));
  return [...networks].flatMap((network): readonly IpAddress[] => [
    { family: 'IPv4', value: network + 1n },
    { family: 'IPv4', value: network + 254n },
  ]);
}
