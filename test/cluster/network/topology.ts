import { ipBatch, run, setSysctls } from './iproute.ts';

/** A machine on the LAN: a network namespace with one interface, `eth0`. */
export interface Machine {
  readonly name: string;
  readonly ipv4: string;
  readonly ipv6: string;
}

export const lan = {
  ipv4: '192.168.10.1',
  ipv6: '2001:db8:10::1',
  ipv4Prefix: 24,
  ipv6Prefix: 64,
} as const;

/** The n-th machine of its kind: nodes from .11 on, clients from .200 on. The default pools begin at .90. */
export function machine(name: string, hostNumber: number): Machine {
  return { name, ipv4: `192.168.10.${hostNumber}`, ipv6: `2001:db8:10::${hostNumber}` };
}

// Addresses are used the moment they are set: nothing else is on this LAN that could hold them.
const immediateAddresses = {
  'net/ipv6/conf/all/disable_ipv6': '0',
  'net/ipv6/conf/default/disable_ipv6': '0',
  'net/ipv6/conf/all/accept_dad': '0',
  'net/ipv6/conf/default/accept_dad': '0',
  'net/ipv6/conf/default/dad_transmits': '0',
};

/** Builds the bridge `lan` with the API server's addresses on it, and every machine on a port of it. */
export async function buildLan(machines: readonly Machine[]): Promise<void> {
  await setSysctls(undefined, immediateAddresses);
  await ipBatch(undefined, [
    'link add lan type bridge forward_delay 0',
    `addr add ${lan.ipv4}/${lan.ipv4Prefix} dev lan`,
    `addr add ${lan.ipv6}/${lan.ipv6Prefix} dev lan nodad`,
    'link set lan up',
  ]);
  for (const each of machines) await addMachine(each);
}

/** Makes a machine's namespace and plugs it into the bridge. */
export async function addMachine({ name, ipv4, ipv6 }: Machine): Promise<void> {
  await run(undefined, ['ip', 'netns', 'add', name]);
  await setSysctls(name, {
    ...immediateAddresses,
    'net/ipv4/conf/all/rp_filter': '0',
    'net/ipv4/conf/default/rp_filter': '0',
  });
  await ipBatch(undefined, [
    `link add ${portOf(name)} type veth peer name eth0 netns ${name}`,
    `link set ${portOf(name)} master lan up`,
  ]);
  await ipBatch(name, [
    'link set lo up',
    `addr add ${ipv4}/${lan.ipv4Prefix} dev eth0`,
    `addr add ${ipv6}/${lan.ipv6Prefix} dev eth0 nodad`,
    'link set eth0 up',
    `route add default via ${lan.ipv4}`,
    `route add ::/0 via ${lan.ipv6}`,
  ]);
}

/** The bridge's end of a machine's cable: setting it down is pulling the cable. */
export function portOf(machineName: string): string {
  return `port-${machineName}`.slice(0, 15);
}

/** The machine's Ethernet address, as `aa:bb:cc:dd:ee:ff`. */
export async function macOf(machineName: string): Promise<string> {
  const [link] = asLinks(JSON.parse(await run(machineName, ['ip', '-j', 'link', 'show', 'dev', 'eth0'])));
  if (link === undefined) throw new Error(`cannot read the address of eth0 in ${machineName}: ip shows no such link`);
  return link.address;
}

function asLinks(json: unknown): readonly { readonly address: string }[] {
  return Array.isArray(json) ? json : [];
}
