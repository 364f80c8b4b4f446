import type { InstallationOverrides } from './installation.ts';
import type { Output } from './option-table.ts';

/** What the user said, read by options.ts. */
export interface CliOptions {
  /** Name of a command that there is. */
  readonly command: string;
  readonly operands: readonly string[];
  /** Undefined: $KUBECONFIG or ~/.kube/config. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  /** `-n`: of the Service in `explain`; of the installation in all other commands. */
  readonly namespace: string | undefined;
  /** Of the installation; undefined: it is looked for. */
  readonly heraldNamespace: string | undefined;
  readonly output: Output;
  readonly color: boolean;
  readonly watch: boolean;
  readonly files: readonly string[];
  /** `plan` is to delete what the files name, not to apply it. */
  readonly deletes: boolean;
  /** Where `migrate` finds MetalLB. */
  readonly metallbNamespace: string | undefined;
  /** `migrate` prints no manifests. */
  readonly valuesOnly: boolean;
  readonly overrides: InstallationOverrides;
}
