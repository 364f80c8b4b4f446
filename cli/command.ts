import type { ApiClient } from '../shared/kube/api-client.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { CliOptions } from './cli-options.ts';
import type { Cluster } from './cluster.ts';
import type { FollowedCluster } from './kube/followed-cluster-task.ts';
import type { OptionName } from './option-table.ts';
import type { Style } from './output/style.ts';
import type { TextFile } from './system/text-files.ts';

/** 0: all is well; 1: something is wrong; 2: usage, or the cluster can't be reached; 3 (`plan`): something moves. */
export type ExitCode = 0 | 1 | 2 | 3;

/** What a command found out. */
export interface Outcome {
  /** For `-o json|yaml`: plain data with names that stay. */
  readonly report: object;
  /** The same as text. */
  readonly lines: readonly string[];
  readonly exitCode: ExitCode;
  /** It was written to the terminal while the command ran. */
  readonly written?: boolean;
}

/** Where text goes that is written while a command runs. */
export interface Terminal {
  /** Of stdout; undefined where it is no terminal. */
  readonly size: { readonly columns: number; readonly rows: number } | undefined;
  write(text: string): void;
}

/** What a command may use. Nothing is connected or read before it is asked for. */
export interface Session {
  readonly options: CliOptions;
  readonly style: Style;
  readonly clock: Clock;
  readonly terminal: Terminal;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  /** @throws KubeconfigError */
  readonly client: () => ApiClient;
  /** The namespace of the kubeconfig's context. @throws KubeconfigError */
  readonly contextNamespace: () => string;
  /** Unix ms, by the API server's clock once it has answered. */
  readonly nowMs: () => number;
  /** Read anew each time. @throws ApiError, KubeconfigError, CommandError */
  readonly readCluster: () => Promise<Cluster>;
  /** Watches what was read. */
  readonly follow: (cluster: Cluster) => FollowedCluster;
  /** The files that `-f` names. @throws CommandError */
  readonly readFiles: () => readonly TextFile[];
}

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What follows the name: `SERVICE`, or ''. */
  readonly operands: string;
  /** How many there may be. */
  readonly operandCount: { readonly min: number; readonly max: number };
  /** What an operand may be, for completion. */
  readonly operandValues?: 'services' | readonly string[];
  /** It is for programs, and not listed. */
  readonly hidden?: boolean;
  /** Besides those that all commands have. */
  readonly options: readonly OptionName[];
  readonly run: (session: Session) => Promise<Outcome>;
}
