import { ipBatch, run, setSysctls } from './iproute.ts';

/** An Ethernet of the test: a bridge in the sandbox's own namespace, with the router's addresses on it. */
export interface Network {
  /** The bridge's name. */
  readonly name: string;
  readonly ipv4: string;
  readonly ipv6: string;
  readonly ipv4Prefix: number;
  readonly ipv6Prefix: number;
}

/** Where clients are, and load-balancer addresses announced. */
export const lan: Network = {
  name: 'lan',
  ipv4: '192.168.10.1',
  ipv6: '2001:db8:10::1',
  ipv4Prefix: 24,
  ipv6Prefix: 64,
};

/** Where the nodes reach each other and the API server, if the cluster has a network for that alone. */
export const backbone: Network = {
  name: 'backbone',
  ipv4: '192.168.20.1',
  ipv6: '2001:db8:20::1',
  ipv4Prefix: 24,
  ipv6Prefix: 64,
};

/** A machine's interface on a network, with its addresses there. */
export interface Attachment {
  readonly network: Network;
  readonly link: string;
  /** The bridge's end of the cable. */
  readonly port: string;
  readonly ipv4: string;
  readonly ipv6: string;
}

/** A network namespace with an interface `eth0` on the LAN, and maybe `eth1` on the backbone. */
export interface Machine {
  readonly name: string;
  /** Its address in the cluster: on the backbone where it is there, else on the LAN. */
  readonly ipv4: string;
  readonly ipv6: string;
  readonly attachments: readonly Attachment[];
}

/** The n-th machine of its kind: nodes from .11 on, clients from .200 on. The default pools begin at .90. */
export function machine(name: string, hostNumber: number): Machine {
  return machineOn(name, [onLan(name, hostNumber)]);
}

/** A node with an interface on each network, and its address on the backbone. */
export function machineOfBothNetworks(name: string, hostNumber: number): Machine {
  const [ipv4, ipv6] = [`192.168.20.${hostNumber}`, `2001:db8:20::${hostNumber}`];
  const inner: Attachment = { network: backbone, link: 'eth1', port: `back-${name}`.slice(0, 15), ipv4, ipv6 };
  return machineOn(name, [inner, onLan(name, hostNumber)]);
}

function onLan(name: string, hostNumber: number): Attachment {
  const [ipv4, ipv6] = [`192.168.10.${hostNumber}`, `2001:db8:10::${hostNumber}`];
  return { network: lan, link: 'eth0', port: portOf(name), ipv4, ipv6 };
}

function machineOn(name: string, [first, ...others]: readonly [Attachment, ...Attachment[]]): Machine {
  return { name, ipv4: first.ipv4, ipv6: first.ipv6, attachments: [first, ...others] };
}

// Addresses are used the moment they are set: nothing else is on this LAN that could hold them.
const immediateAddresses = {
  'net/ipv6/conf/all/disable_ipv6': '0',
  'net/ipv6/conf/default/disable_ipv6': '0',
  'net/ipv6/conf/all/accept_dad': '0',
  'net/ipv6/conf/default/accept_dad': '0',
  'net/ipv6/conf/default/dad_transmits': '0',
};

/** Builds the bridges, the LAN's at least, and every machine on a port of each that it is attached to. */
export async function buildLan(machines: readonly Machine[]): Promise<void> {
  await setSysctls(undefined, immediateAddresses);
  const attached = machines.flatMap(({ attachments }) => attachments.map(({ network }) => network));
  for (const network of new Set([lan, ...attached])) await addBridge(network);
  for (const each of machines) await addMachine(each);
}

/** Takes away what `buildLan` and `addMachine` made, for another LAN in the same sandbox. What ran there has ended. */
export async function dropLan(machines: readonly Machine[]): Promise<void> {
  const attachments = machines.flatMap((each) => each.attachments);
  const bridges = new Set([lan, ...attachments.map(({ network }) => network)]);
  await ipBatch(undefined, [
    ...attachments.map(({ port }) => `link del ${port}`),
    ...[...bridges].map(({ name }) => `link del ${name}`),
  ]);
  for (const { name } of machines) await run(undefined, ['ip', 'netns', 'del', name]);
}

async function addBridge({ name, ipv4, ipv6, ipv4Prefix, ipv6Prefix }: Network): Promise<void> {
  await ipBatch(undefined, [
    `link add ${name} type bridge forward_delay 0`,
    `addr add ${ipv4}/${ipv4Prefix} dev ${name}`,
    `addr add ${ipv6}/${ipv6Prefix} dev ${name} nodad`,
    `link set ${name} up`,
  ]);
}

/** Makes a machine's namespace and plugs it in. Its way out is by the LAN. */
export async function addMachine({ name, attachments }: Machine): Promise<void> {
  await run(undefined, ['ip', 'netns', 'add', name]);
  await setSysctls(name, {
    ...immediateAddresses,
    'net/ipv4/conf/all/rp_filter': '0',
    'net/ipv4/conf/default/rp_filter': '0',
    // An interface that was down has its addresses again when it is up, as the ones of IPv4.
    'net/ipv6/conf/all/keep_addr_on_down': '1',
    'net/ipv6/conf/default/keep_addr_on_down': '1',
  });
  await ipBatch(name, ['link set lo up']);
  for (const { network, link, port, ipv4, ipv6 } of attachments) {
    await ipBatch(undefined, [
      `link add ${port} type veth peer name ${link} netns ${name}`,
      `link set ${port} master ${network.name} up`,
    ]);
    await ipBatch(name, [
      `addr add ${ipv4}/${network.ipv4Prefix} dev ${link}`,
      `addr add ${ipv6}/${network.ipv6Prefix} dev ${link} nodad`,
      `link set ${link} up`,
    ]);
  }
  await ipBatch(name, defaultRoutes);
}

/** Adds an Ethernet of its own, without a router: a part of a LAN that has fallen apart. */
export async function addSegment(name: string): Promise<void> {
  await ipBatch(undefined, [`link add ${name} type bridge forward_delay 0`]);
  // Else the kernel would answer there for the router's address, which is on another bridge.
  await setSysctls(undefined, { [`net/ipv4/conf/${name}/arp_ignore`]: '8' });
  await ipBatch(undefined, [`link set ${name} up`]);
}

/** Plugs a machine's cables into that segment. The machine sees nothing of it. */
export async function moveToSegment({ attachments }: Machine, segment: string): Promise<void> {
  await ipBatch(
    undefined,
    attachments.map(({ port }) => `link set ${port} master ${segment}`),
  );
}

/** They go when the interface goes down, and whoever sets it up again adds them, as a network manager would. */
export const defaultRoutes: readonly string[] = [
  `route replace default via ${lan.ipv4}`,
  `route replace ::/0 via ${lan.ipv6}`,
];

/** The bridge's end of a machine's cable on the LAN: setting it down is pulling the cable. */
export function portOf(machineName: string): string {
  return `port-${machineName}`.slice(0, 15);
}

/** The machine's Ethernet address on the LAN, as `aa:bb:cc:dd:ee:ff`. */
export async function macOf(machineName: string): Promise<string> {
  const [link] = asLinks(JSON.parse(await run(machineName, ['ip', '-j', 'link', 'show', 'dev', 'eth0'])));
  if (link === undefined) throw new Error(`cannot read the address of eth0 in ${machineName}: ip shows no such link`);
  return link.address;
}

function asLinks(json: unknown): readonly { readonly address: string }[] {
  return Array.isArray(json) ? json : [];
}
