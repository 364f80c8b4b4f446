import { hostname } from 'node:os';
import { type StrictArpPolicy, strictArpPolicies } from '../shared/api/strict-arp.ts';
import { parseGoDuration } from '../shared/config/go-duration.ts';
import { canonicalAddress } from '../shared/net/address.ts';
import {
  type Listen,
  OptionsError,
  parseOptions,
  readCount,
  readListen,
  readLogLevel,
} from '../shared/runtime/command-line.ts';
import { type LogLevel, logLevels } from '../shared/runtime/log.ts';
import { defaultExclusions, exclusionPattern } from './interfaces.ts';
import type { Failback } from './ownership/owned-group.ts';

export interface SpeakerOptions {
  /** As its Node object is called. */
  readonly nodeName: string;
  /** This node's address, for the other speakers; '' where it is not known. */
  readonly hostAddress: string;
  /** Of the installation. */
  readonly namespace: string;
  /** Name of this process in the events it writes. */
  readonly instance: string;
  /** Undefined: $KUBECONFIG, ~/.kube/config or the Pod's service account. */
  readonly kubeconfig: string | undefined;
  /** The ConfigMap in the form of v0.12. */
  readonly configMapName: string;
  readonly loadBalancerClass: string | undefined;
  readonly ignoreExcludeLabel: boolean;
  /** Interfaces that serve only advertisements which name them. */
  readonly exclusions: RegExp;
  /** 0: announce only on takeover. */
  readonly announceRefreshSeconds: number;
  /** UDP; 0: this speaker sends no pulses, and lives by its Lease alone. */
  readonly pulsePort: number;
  readonly pulseIntervalMs: number;
  /** So many missed pulses make a speaker suspect. */
  readonly pulseMultiplier: number;
  readonly failback: Failback;
  readonly strictArp: StrictArpPolicy;
  readonly listen: Listen;
  readonly logLevel: LogLevel;
}

const daySeconds = 86_400;
const bounds = {
  announceRefreshSeconds: { min: 0, max: daySeconds },
  pulsePort: { min: 0, max: 65_535 },
  pulseIntervalMs: { min: 10, max: 10_000 },
  pulseMultiplier: { min: 2, max: 20 },
} as const;

export const usage = `usage: speaker [options]
  --node-name NAME                this node's name ($NODE_NAME)
  --host-ip ADDRESS               this node's address, told to the other speakers ($HOST_IP)
  --namespace NAME                namespace of the installation ($POD_NAMESPACE, else herald-system)
  --kubeconfig FILE               API server and credentials ($KUBECONFIG, else the Pod's service account)
  --config NAME                   ConfigMap in the form of MetalLB v0.12 (config)
  --lb-class CLASS                serve only Services of this loadBalancerClass
  --ignore-exclude-lb             announce from nodes labelled node.kubernetes.io/exclude-from-external-load-balancers too
  --exclude-interfaces LIST       regular expressions for the beginning of interface names, comma-separated (${defaultExclusions.join(',')})
  --announce-refresh-seconds N    gratuitous announcements of owned addresses, 0 for none after takeover (60)
  --pulse-port PORT               UDP port for pulses between speakers, 0 to live by Leases alone (7946)
  --pulse-interval-ms N           time between two pulses, ${bounds.pulseIntervalMs.min} to ${bounds.pulseIntervalMs.max} (100)
  --pulse-multiplier N            missed pulses that make a speaker suspect, ${bounds.pulseMultiplier.min} to ${bounds.pulseMultiplier.max} (3)
  --failback POLICY               when an address returns to a better node: never, always, or after a time such as 30s (never)
  --strict-arp POLICY             where IPVS makes all nodes answer ARP for all addresses: warn, refuse to announce, or enforce (warn)
  --listen [HOST]:PORT            /healthz, /readyz and /metrics (:7473)
  --log-level LEVEL               ${logLevels.join(', ')} (info)
  --help                          prints this`;

const options = {
  'node-name': { type: 'string' },
  'host-ip': { type: 'string' },
  namespace: { type: 'string' },
  kubeconfig: { type: 'string' },
  config: { type: 'string', default: 'config' },
  'lb-class': { type: 'string' },
  'ignore-exclude-lb': { type: 'boolean', default: false },
  'exclude-interfaces': { type: 'string' },
  'announce-refresh-seconds': { type: 'string', default: '60' },
  'pulse-port': { type: 'string', default: '7946' },
  'pulse-interval-ms': { type: 'string', default: '100' },
  'pulse-multiplier': { type: 'string', default: '3' },
  failback: { type: 'string', default: 'never' },
  'strict-arp': { type: 'string', default: 'warn' },
  listen: { type: 'string', default: ':7473' },
  'log-level': { type: 'string', default: 'info' },
} as const;

/**
 * Reads the command line and the environment.
 * @throws OptionsError, HelpRequested
 */
export function readOptions(
  argv: readonly string[] = process.argv.slice(2),
  environment: Readonly<Record<string, string | undefined>> = process.env,
): SpeakerOptions {
  const values = parseOptions(argv, options, usage);
  const nodeName = values['node-name'] || environment['NODE_NAME'];
  if (!nodeName) throw new OptionsError('cannot read options: --node-name or $NODE_NAME must name this node');
  return Object.freeze({
    nodeName,
    hostAddress: readHostAddress(values['host-ip'] || environment['HOST_IP'] || ''),
    namespace: values.namespace || environment['POD_NAMESPACE'] || 'herald-system',
    instance: environment['POD_NAME'] || hostname(),
    kubeconfig: values.kubeconfig || undefined,
    configMapName: values.config,
    loadBalancerClass: values['lb-class'] || undefined,
    ignoreExcludeLabel: values['ignore-exclude-lb'],
    exclusions: readExclusions(values['exclude-interfaces']),
    announceRefreshSeconds: readCount(
      'announce-refresh-seconds',
      values['announce-refresh-seconds'],
      bounds.announceRefreshSeconds,
    ),
    pulsePort: readCount('pulse-port', values['pulse-port'], bounds.pulsePort),
    pulseIntervalMs: readCount('pulse-interval-ms', values['pulse-interval-ms'], bounds.pulseIntervalMs),
    pulseMultiplier: readCount('pulse-multiplier', values['pulse-multiplier'], bounds.pulseMultiplier),
    failback: readFailback(values.failback),
    strictArp: readStrictArp(values['strict-arp']),
    listen: readListen(values.listen),
    logLevel: readLogLevel(values['log-level']),
  });
}

function readHostAddress(text: string): string {
  if (text === '') return '';
  const address = canonicalAddress(text);
  if (address !== undefined) return address;
  throw new OptionsError(`cannot read --host-ip=${text}: not an IP address ($HOST_IP, where the option is not given)`);
}

function readFailback(text: string): Failback {
  if (text === 'never' || text === 'always') return text;
  const delayMs = parseGoDuration(text);
  if (delayMs !== undefined) return { delayMs };
  throw new OptionsError(`cannot read --failback=${text}: not never, always or a time such as 30s`);
}

function readStrictArp(text: string): StrictArpPolicy {
  const policy = strictArpPolicies.find((one) => one === text);
  if (policy !== undefined) return policy;
  throw new OptionsError(`cannot read --strict-arp=${text}: not one of ${strictArpPolicies.join(', ')}`);
}

function readExclusions(list: string | undefined): RegExp {
  const entries = list === undefined ? defaultExclusions : list.split(',').filter((entry) => entry !== '');
  try {
    return exclusionPattern(entries);
  } catch (cause) {
    throw new OptionsError(`cannot read --exclude-interfaces=${list}: not a regular expression`, { cause });
  }
}
