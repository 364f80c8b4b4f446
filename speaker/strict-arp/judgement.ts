import type { Link } from '../datapath/table.ts';

/** kube-proxy in IPVS mode binds the addresses of all Services to it, on every node. */
const ipvsDevice = 'kube-ipvs0';

/** The two sysctls of one folder of `net.ipv4.conf` (Linux Documentation/networking/ip-sysctl). */
export interface ArpSettings {
  readonly arp_ignore: number;
  readonly arp_announce: number;
}
export type ArpSysctl = keyof ArpSettings;

/** `net.ipv4.conf.all`, and that of each interface on which this node may announce. */
export interface NodeArpSettings {
  readonly all: ArpSettings;
  readonly interfaces: ReadonlyMap<string, ArpSettings>;
}

export interface StrictArpInput {
  readonly links: readonly Link[];
  /** Addresses of our Services, canonical. */
  readonly vips: ReadonlySet<string>;
  readonly settings: NodeArpSettings;
}

export type StrictArpVerdict =
  /** No `kube-ipvs0`: nothing binds addresses that this node does not announce. */
  | { readonly type: 'notIpvs' }
  | { readonly type: 'strict' }
  /** This node's kernel answers for, or speaks as, whatever `kube-ipvs0` holds. */
  | {
      readonly type: 'loose';
      /** Ours that it holds, sorted. */
      readonly vips: readonly string[];
      /** Where a wrong setting is in force, sorted. */
      readonly interfaces: readonly string[];
    };

/** A write that a strict node lacks. */
export interface SysctlWrite {
  /** `all`, or the name of an interface. */
  readonly folder: string;
  readonly sysctl: ArpSysctl;
  readonly value: number;
}

/** What kube-proxy's `ipvs.strictARP` sets. */
const strict: ArpSettings = { arp_ignore: 1, arp_announce: 2 };
const sysctls: readonly ArpSysctl[] = ['arp_ignore', 'arp_announce'];

export function hasIpvsDevice(links: readonly Link[]): boolean {
  return links.some(({ name }) => name === ipvsDevice);
}

/**
 * Judges whether this node keeps silent about addresses that it does not announce. Only IPv4 is concerned: Linux
 * answers a neighbour solicitation only on the interface that holds the address.
 */
export function judgeStrictArp({ links, vips, settings }: StrictArpInput): StrictArpVerdict {
  const device = links.find(({ name }) => name === ipvsDevice);
  if (device === undefined) return { type: 'notIpvs' };
  const loose = [...settings.interfaces].filter(([, own]) =>
    sysctls.some((sysctl) => !isStrict(sysctl, Math.max(settings.all[sysctl], own[sysctl]))),
  );
  if (loose.length === 0) return { type: 'strict' };
  return {
    type: 'loose',
    vips: device.addresses.filter((ip) => !ip.includes(':') && vips.has(ip)).sort(),
    interfaces: loose.map(([name]) => name).sort(),
  };
}

/** What to write so that the node is strict: for all interfaces, as kube-proxy does, and for one that has a larger value. */
export function writesToBeStrict({ all, interfaces }: NodeArpSettings): readonly SysctlWrite[] {
  return sysctls.flatMap((sysctl) => {
    const effective = [...interfaces].map(([folder, own]) => ({ folder, value: Math.max(all[sysctl], own[sysctl]) }));
    if (effective.every(({ value }) => isStrict(sysctl, value))) return [];
    const value = strict[sysctl];
    const forAll = isStrict(sysctl, all[sysctl]) ? all[sysctl] : value;
    const larger = [...interfaces].filter(([, own]) => !isStrict(sysctl, Math.max(forAll, own[sysctl])));
    return [
      ...(forAll === all[sysctl] ? [] : [{ folder: 'all', sysctl, value }]),
      ...larger.map(([folder]) => ({ folder, sysctl, value })),
    ];
  });
}

/**
 * Of `arp_ignore`, 1 and 2 answer only for addresses of the interface that is asked on, and 8 for none; 3 keeps silent
 * about addresses of scope host alone, and those of kube-ipvs0 are global; the others are as 0. Of `arp_announce` only 2
 * never speaks as an address of another interface.
 */
function isStrict(sysctl: ArpSysctl, value: number): boolean {
  return sysctl === 'arp_ignore' ? [1, 2, 8].includes(value) : value === 2;
}
