import { readFileSync } from 'node:fs';
import { type DefaultGateway, readIpv4Gateways, readIpv6Gateways } from '../datapath/default-gateway.ts';

export interface RouteFilesOptions {
  /** Told why the routes can't be read, once for each reason; no gateway is known then. */
  readonly onFailure: (why: string) => void;
  readonly read?: (file: string) => string;
}

/** The routes of this network namespace, as the kernel tells them. */
export class RouteFiles {
  readonly #onFailure: (why: string) => void;
  readonly #readText: (file: string) => string;
  #told: string | undefined;

  constructor({ onFailure, read = (file) => readFileSync(file, 'utf8') }: RouteFilesOptions) {
    this.#onFailure = onFailure;
    this.#readText = read;
  }

  /** As they are now. Whoever asks goes on without them: the API server is asked next. */
  readonly defaultGateways = (): readonly DefaultGateway[] => {
    return [
      ...readIpv4Gateways(this.#read('/proc/net/route')),
      ...readIpv6Gateways(this.#read('/proc/net/ipv6_route')),
    ];
  };

  /** Empty where the kernel does not have that family, or does not let us read. */
  #read(file: string): string {
    try {
      return this.#readText(file);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (!('code' in error && error.code === 'ENOENT')) this.#tell(`cannot read the routes: ${error.message}`);
      return '';
    }
  }

  #tell(why: string): void {
    if (why === this.#told) return;
    this.#told = why;
    this.#onFailure(why);
  }
}
