import { ipBatch, run, setSysctls } from '../network/iproute.ts';
import { familyOf } from './forwarding.ts';

/** How a kube-proxy mode makes its node's kernel take packets for load-balancer addresses. */
export type ProxyMode = 'iptables' | 'ipvs' | 'ipvs-strict-arp';

export interface AddressBinding {
  setUp(): Promise<void>;
  /** Makes the addresses that the node takes packets for equal to these. */
  apply(vips: readonly string[]): Promise<void>;
}

export function addressBinding(mode: ProxyMode): AddressBinding {
  return mode === 'iptables' ? new RoutedAddresses() : new Ipvs0Addresses(mode === 'ipvs-strict-arp');
}

const table = 100;

/**
 * Like iptables mode: TCP and UDP packets for a VIP are taken, and nothing else knows of it. Rules by `ipproto` match
 * packets but not the route lookup that the kernel makes for an ARP request, and the table is not `local`: so the
 * kernel answers neither ARP nor NDP for the VIP, and never uses it as a source by itself.
 */
class RoutedAddresses implements AddressBinding {
  #bound: ReadonlySet<string> = new Set();

  async setUp(): Promise<void> {
    for (const family of ['-4', '-6']) {
      for (const protocol of ['tcp', 'udp']) {
        const rule = ['pref', '100', 'ipproto', protocol, 'lookup', String(table)];
        const known = await run(undefined, ['ip', family, 'rule', 'show', 'pref', '100']);
        if (!known.includes(`ipproto ${protocol}`)) await run(undefined, ['ip', family, 'rule', 'add', ...rule]);
      }
    }
    // An earlier life of this process may have left some.
    await run(undefined, ['sh', '-c', `ip -4 route flush table ${table}; ip -6 route flush table ${table}; true`]);
  }

  async apply(vips: readonly string[]): Promise<void> {
    const wanted = new Set(vips);
    const route = (verb: string, vip: string): string => `route ${verb} local ${withPrefix(vip)} dev lo table ${table}`;
    await ipBatch(undefined, [
      ...[...this.#bound].filter((vip) => !wanted.has(vip)).map((vip) => route('del', vip)),
      ...[...wanted].filter((vip) => !this.#bound.has(vip)).map((vip) => route('add', vip)),
    ]);
    this.#bound = wanted;
  }
}

const device = 'kube-ipvs0';

/**
 * Like IPVS mode: every VIP is set on the device `kube-ipvs0` of every node, so every node's kernel answers ARP for it
 * unless the sysctls of strict ARP stand. (kube-proxy uses a dummy device; a bridge without ports is in every kernel
 * and shows the same behaviour.)
 */
class Ipvs0Addresses implements AddressBinding {
  readonly #strictArp: boolean;
  #bound: ReadonlySet<string> = new Set();

  constructor(strictArp: boolean) {
    this.#strictArp = strictArp;
  }

  async setUp(): Promise<void> {
    await run(undefined, ['sh', '-c', `ip link del ${device} 2>/dev/null; ip link add ${device} type bridge`]);
    if (this.#strictArp) {
      await setSysctls(undefined, { 'net/ipv4/conf/all/arp_ignore': '1', 'net/ipv4/conf/all/arp_announce': '2' });
    }
  }

  async apply(vips: readonly string[]): Promise<void> {
    const wanted = new Set(vips);
    const address = (verb: string, vip: string): string => `addr ${verb} ${withPrefix(vip)} dev ${device}`;
    await ipBatch(undefined, [
      ...[...this.#bound].filter((vip) => !wanted.has(vip)).map((vip) => address('del', vip)),
      ...[...wanted].filter((vip) => !this.#bound.has(vip)).map((vip) => address('add', vip)),
    ]);
    this.#bound = wanted;
  }
}

function withPrefix(vip: string): string {
  return familyOf(vip) === 'IPv6' ? `${vip}/128` : `${vip}/32`;
}
