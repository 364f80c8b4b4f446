import { HttpApiClient } from '../../shared/kube/http-api-client.ts';
import { loadEndpoint } from '../../shared/kube/kubeconfig.ts';
import { systemClock } from '../../shared/runtime/system-clock.ts';
import { heraldVersion } from '../../shared/runtime/version.ts';
import type { CliOptions } from '../cli-options.ts';
import type { Session, Terminal } from '../command.ts';
import { colourStyle, plainStyle } from '../output/style.ts';
import { readTextFiles } from '../system/text-files.ts';
import { followedCluster } from './followed-cluster-task.ts';
import { readCluster } from './read-cluster.ts';

export interface OpenSession extends Session {
  /** Closes all connections. */
  close(): void;
}

/** Connects to nothing before the command asks for it. */
export function openSession(options: CliOptions, terminal: Terminal, signal: AbortSignal): OpenSession {
  const clock = systemClock();
  let connected: HttpApiClient | undefined;
  const client = (): HttpApiClient => {
    connected ??= connect(options, clock);
    return connected;
  };
  const nowMs = (): number => clock.wallMs() + (connected?.clockOffsetMs ?? 0);
  return {
    options,
    style: options.color ? colourStyle : plainStyle,
    clock,
    terminal,
    signal,
    client,
    contextNamespace: () => client().defaultNamespace ?? 'default',
    nowMs,
    readCluster: () =>
      readCluster({ client: client(), nowMs, namespace: options.heraldNamespace, overrides: options.overrides }),
    follow: (cluster) =>
      followedCluster(cluster, {
        client: client(),
        clock,
        nowMs,
        random: Math.random,
        overrides: options.overrides,
      }),
    readFiles: () => readTextFiles(options.files),
    close: () => connected?.close(),
  };
}

function connect({ kubeconfig, context }: CliOptions, clock: Session['clock']): HttpApiClient {
  const endpoint = loadEndpoint({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
  return new HttpApiClient({ endpoint, clock, userAgent: `kubectl-herald/${heraldVersion}` });
}
