import type { Json, JsonMap } from '../../resource-definition.ts';
import { listAt, mapsAt, numberAt } from '../../schema/json-value.ts';
import type { AddressBlock } from './address-block.ts';

const firstNodePort = 30000;
const nodePortCount = 2768;
/** Coprime to the number of ports, so that the steps reach each of them; neighbours in time get ports far apart. */
const nodePortStep = 1009;

/** Low addresses are left to those who ask for one (kube-dns takes .10), as the real server leaves its lower band. */
const firstAutomatic = 257;

/** Who holds which cluster addresses and node ports. Bounded by the service CIDRs and the node-port range. */
export class ServiceAllocations {
  readonly blocks: readonly AddressBlock[];
  // Values count the holders: a port may stand several times in one Service, once per protocol.
  readonly #addresses = new Map<string, number>();
  readonly #nodePorts = new Map<number, number>();
  readonly #nextAddress = new Map<AddressBlock, number>();
  #nextPort = 0;

  constructor(blocks: readonly AddressBlock[]) {
    this.blocks = blocks;
  }

  /** Follows a stored Service from one state to the next; undefined where there is none. */
  replace(before: JsonMap | undefined, after: JsonMap | undefined): void {
    if (before !== undefined) this.#count(before, -1);
    if (after !== undefined) this.#count(after, 1);
  }

  #count(service: JsonMap, change: number): void {
    for (const ip of listAt(service, ['spec', 'clusterIPs'])) {
      if (typeof ip === 'string' && ip !== 'None' && ip !== '') add(this.#addresses, ip, change);
    }
    for (const port of nodePortsOf(service)) add(this.#nodePorts, port, change);
  }

  isAddressTaken(ip: string): boolean {
    return this.#addresses.has(ip);
  }

  isNodePortTaken(port: number): boolean {
    return this.#nodePorts.has(port);
  }

  isNodePortInRange(port: number): boolean {
    return port >= firstNodePort && port < firstNodePort + nodePortCount;
  }

  /** A free address of the block; undefined where it is full. */
  freeAddress(block: AddressBlock): string | undefined {
    const first = block.count > firstAutomatic ? firstAutomatic : 1;
    const span = block.count - first + 1;
    const start = this.#nextAddress.get(block) ?? 0;
    for (let tried = 0; tried < span; tried++) {
      const place = (start + tried) % span;
      const ip = block.at(first + place);
      if (this.isAddressTaken(ip)) continue;
      this.#nextAddress.set(block, place + 1);
      return ip;
    }
    return undefined;
  }

  /** A free node port that is not among `reserved` either; undefined where the range is full. */
  freeNodePort(reserved: ReadonlySet<number>): number | undefined {
    for (let tried = 0; tried < nodePortCount; tried++) {
      const port = firstNodePort + ((this.#nextPort++ * nodePortStep) % nodePortCount);
      if (!this.isNodePortTaken(port) && !reserved.has(port)) return port;
    }
    return undefined;
  }
}

/** Distinct node ports of a Service, the health-check port included. */
export function nodePortsOf(service: Json | undefined): ReadonlySet<number> {
  const ports = mapsAt(service, ['spec', 'ports']).map((port) => numberAt(port, ['nodePort']) ?? 0);
  const health = numberAt(service, ['spec', 'healthCheckNodePort']) ?? 0;
  return new Set([...ports, health].filter((port) => port !== 0));
}

function add<K>(counts: Map<K, number>, key: K, change: number): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
