import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { type Listen, parseOptions, readCount, readListen, readLogLevel } from '../shared/runtime/command-line.ts';
import { type LogLevel, logLevels } from '../shared/runtime/log.ts';

export interface ControllerOptions {
  /** Undefined: $KUBECONFIG, ~/.kube/config or the Pod's service account. */
  readonly kubeconfig: string | undefined;
  /** Of the installation. */
  readonly namespace: string;
  /** The ConfigMap in the form of v0.12. */
  readonly configMapName: string;
  readonly loadBalancerClass: string | undefined;
  readonly writeConcurrency: number;
  readonly listen: Listen;
  readonly leaderElect: boolean;
  /** Names this Pod in events and, with a suffix of its own per process, in the Lease. */
  readonly identity: string;
  readonly logLevel: LogLevel;
}

export const usage = `usage: controller [options]
  --namespace NAME          namespace of the installation ($POD_NAMESPACE, else the Pod's own, else herald-system)
  --kubeconfig FILE         API server and credentials ($KUBECONFIG, else the Pod's service account)
  --config NAME             ConfigMap in the form of MetalLB v0.12 (config)
  --lb-class CLASS          serve only Services of this loadBalancerClass
  --write-concurrency N     writes to Services under way at once, 1 to 1000 (32)
  --no-leader-elect         run without a Lease: only where this is the only controller
  --identity NAME           name in the Lease and in events ($POD_NAME, else the host's name)
  --listen [HOST]:PORT      /healthz, /readyz and /metrics (:7472)
  --log-level LEVEL         ${logLevels.join(', ')} (info)
  --help                    prints this`;

const options = {
  namespace: { type: 'string' },
  kubeconfig: { type: 'string' },
  config: { type: 'string', default: 'config' },
  'lb-class': { type: 'string' },
  'write-concurrency': { type: 'string', default: '32' },
  'leader-elect': { type: 'boolean', default: true },
  identity: { type: 'string' },
  listen: { type: 'string', default: ':7472' },
  'log-level': { type: 'string', default: 'info' },
} as const;

const serviceAccountNamespace = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/**
 * Reads the command line and the environment.
 * @throws OptionsError, HelpRequested
 */
export function readOptions(
  argv: readonly string[] = process.argv.slice(2),
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ControllerOptions {
  const values = parse(argv);
  return Object.freeze({
    kubeconfig: values.kubeconfig || undefined,
    namespace: values.namespace || environment['POD_NAMESPACE'] || podNamespace() || 'herald-system',
    configMapName: values.config,
    loadBalancerClass: values['lb-class'] || undefined,
    writeConcurrency: readCount('write-concurrency', values['write-concurrency'], { min: 1, max: 1000 }),
    listen: readListen(values.listen),
    leaderElect: values['leader-elect'],
    identity: values.identity || environment['POD_NAME'] || hostname(),
    logLevel: readLogLevel(values['log-level']),
  });
}

function parse(argv: readonly string[]) {
  const args = argv.map((argument) => (argument === '--leader-elect=false' ? '--no-leader-elect' : argument));
  return parseOptions(args, options, usage);
}

/** Where the process runs in a Pod. */
function podNamespace(): string | undefined {
  try {
    return readFileSync(serviceAccountNamespace, 'utf8').trim();
  } catch {
    // Outside of a Pod there is no such file.
    return undefined;
  }
}
