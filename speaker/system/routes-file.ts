import { readFileSync } from 'node:fs';
import { type DefaultGateway, readIpv4Gateways, readIpv6Gateways } from '../datapath/default-gateway.ts';

/** The default gateways of this network namespace, as they are now. */
export function defaultGateways(): readonly DefaultGateway[] {
  return [...readIpv4Gateways(read('/proc/net/route')), ...readIpv6Gateways(read('/proc/net/ipv6_route'))];
}

/** Empty where the kernel does not have that family. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
