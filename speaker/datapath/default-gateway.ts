/** Where a node sends what is for elsewhere. */
export interface DefaultGateway {
  readonly link: string;
  /** 4 or 16 octets. */
  readonly address: DataView;
}

/** RTF_UP and RTF_GATEWAY of linux/route.h. */
const upAndGateway = 0x3;
/** RTF_REJECT: "unreachable". */
const reject = 0x200;

/**
 * Default routes in `/proc/net/route` (linux/net/ipv4/fib_trie.c), a line each: interface, destination, gateway, flags,
 * use counts, metric, mask; addresses as hex digits of the machine's own order. Other lines are skipped.
 */
export function readIpv4Gateways(text: string): readonly DefaultGateway[] {
  return text.split('\n').flatMap((line) => {
    const [link = '', destination, gateway = '', flags = '', , , , mask] = line.split('\t');
    if (destination !== '00000000' || mask !== '00000000' || !isGateway(flags)) return [];
    const address = new DataView(new ArrayBuffer(4));
    address.setUint32(0, Number.parseInt(gateway, 16), true);
    return [{ link, address }];
  });
}

/**
 * Default routes in `/proc/net/ipv6_route` (linux/net/ipv6/route.c), a line each: destination, its prefix length, source,
 * its prefix length, gateway, metric, counts, flags, interface.
 */
export function readIpv6Gateways(text: string): readonly DefaultGateway[] {
  return text.split('\n').flatMap((line) => {
    const [, prefixLength, , , gateway = '', , , , flags = '', link = ''] = line.split(/ +/);
    if (prefixLength !== '00' || !/^[0-9a-f]{32}$/.test(gateway) || !isGateway(flags)) return [];
    const address = new DataView(new ArrayBuffer(16));
    for (let at = 0; at < 16; at += 4) {
      address.setUint32(at, Number.parseInt(gateway.slice(2 * at, 2 * at + 8), 16));
    }
    return [{ link, address }];
  });
}

function isGateway(flags: string): boolean {
  const bits = Number.parseInt(flags, 16);
  return (bits & upAndGateway) === upAndGateway && (bits & reject) === 0;
}
