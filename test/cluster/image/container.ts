import { join } from 'node:path';
import type { UserId } from './dockerfile.ts';

/** What a Pod says of what its container may do. */
export interface ContainerSecurity {
  readonly user: UserId;
  /** Those that are added after all were dropped, in lower case and without `cap_`; undefined where it has all of them. */
  readonly capabilities: readonly string[] | undefined;
  readonly readOnlyRoot: boolean;
  readonly noNewPrivileges: boolean;
}

/** All that `enter.ts` needs to become a program of the image. */
export interface ContainerSpec extends ContainerSecurity {
  /** The folder with the image's files; undefined: it sees all of the machine's. */
  readonly image: string | undefined;
  readonly workingDirectory: string;
  /** The program, and the arguments before those that follow on the command line. */
  readonly entrypoint: readonly string[];
  /** All of the environment: nothing of the caller's is left. */
  readonly env: Readonly<Record<string, string>>;
  /** Folders of the machine, by where they are mounted, read-only. */
  readonly mounts: Readonly<Record<string, string>>;
}

/** Starts a program of the image as a container runtime would. Its own arguments stand at the end. */
export function containerCommand(spec: ContainerSpec, args: readonly string[]): readonly string[] {
  return [process.execPath, join(import.meta.dirname, 'enter.ts'), JSON.stringify(spec), ...args];
}
