import { ipBatch, run, setSysctls } from '../network/iproute.ts';
import { familyOf } from './forwarding.ts';

/** How a kube-proxy mode makes its node's kernel take packets for load-balancer addresses. */
export type ProxyMode = 'iptables' | 'ipvs' | 'ipvs-strict-arp';

const device = 'kube-ipvs0';

export interface AddressBinding {
  setUp(): Promise<void>;
  /** Makes the addresses that the node takes packets for equal to these. */
  apply(vips: readonly string[]): Promise<void>;
}

export function addressBinding(mode: ProxyMode): AddressBinding {
  return mode === 'iptables' ? new RoutedAddresses() : new Ipvs0Addresses(mode === 'ipvs-strict-arp');
}

/** The routing table of VIPs, and the preference of the rules that lead to it. */
const table = '100';

/** Takes back what an earlier process on this node set up, in whatever mode it ran. */
async function undoAllModes(): Promise<void> {
  const lines = ['-4', '-6'].flatMap((family) => [
    `while ip ${family} rule del pref ${table} 2>/dev/null; do :; done`,
    `ip ${family} route flush table ${table} 2>/dev/null`,
  ]);
  await run(undefined, ['sh'], `${lines.join('\n')}\nip link del ${device} 2>/dev/null\ntrue\n`);
  await setSysctls(undefined, { 'net/ipv4/conf/all/arp_ignore': '0', 'net/ipv4/conf/all/arp_announce': '0' });
}

/**
 * Like iptables mode: TCP and UDP packets for a VIP are taken, and nothing else knows of it. Rules by `ipproto` match
 * packets but not the route lookup that the kernel makes for an ARP request, and the table is not `local`: so the
 * kernel answers neither ARP nor NDP for the VIP, and never uses it as a source by itself.
 */
class RoutedAddresses implements AddressBinding {
  #bound: ReadonlySet<string> = new Set();

  async setUp(): Promise<void> {
    await undoAllModes();
    for (const family of ['-4', '-6']) {
      for (const protocol of ['tcp', 'udp']) {
        await run(undefined, ['ip', family, 'rule', 'add', 'pref', table, 'ipproto', protocol, 'lookup', table]);
      }
    }
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
    await undoAllModes();
    await run(undefined, ['ip', 'link', 'add', device, 'type', 'bridge']);
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
