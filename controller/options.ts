import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
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
  readonly listen: { readonly host: string; readonly port: number };
  readonly leaderElect: boolean;
  /** Names this Pod in events and, with a suffix of its own per process, in the Lease. */
  readonly identity: string;
  readonly logLevel: LogLevel;
}

/** The command line or the environment can't be used. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
  readonly code = 'OptionsInvalid';
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
  --log-level LEVEL         ${logLevels.join(', ')} (info)`;

const serviceAccountNamespace = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/**
 * Reads the command line and the environment.
 * @throws OptionsError
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
    writeConcurrency: readConcurrency(values['write-concurrency']),
    listen: readListen(values.listen),
    leaderElect: values['leader-elect'],
    identity: values.identity || environment['POD_NAME'] || hostname(),
    logLevel: readLogLevel(values['log-level']),
  });
}

function parse(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: argv.map((argument) => (argument === '--leader-elect=false' ? '--no-leader-elect' : argument)),
      allowNegative: true,
      options: {
        namespace: { type: 'string' },
        kubeconfig: { type: 'string' },
        config: { type: 'string', default: 'config' },
        'lb-class': { type: 'string' },
        'write-concurrency': { type: 'string', default: '32' },
        'leader-elect': { type: 'boolean', default: true },
        identity: { type: 'string' },
        listen: { type: 'string', default: ':7472' },
        'log-level': { type: 'string', default: 'info' },
      },
    });
    return values;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new OptionsError(`cannot read options: ${why}\n${usage}`, { cause });
  }
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

function readConcurrency(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= 1000) return count;
  throw new OptionsError(`cannot read --write-concurrency=${text}: not a whole number from 1 to 1000`);
}

function readListen(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) throw new OptionsError(`cannot read --listen=${text}: not [HOST]:PORT`);
  // '::' serves both families where the kernel has IPv6.
  return { host: match[1] || match[2] || '::', port };
}

function readLogLevel(text: string): LogLevel {
  const level = logLevels.find((known) => known === text);
  if (level === undefined)
    throw new OptionsError(`cannot read --log-level=${text}: not one of ${logLevels.join(', ')}`);
  return level;
}
