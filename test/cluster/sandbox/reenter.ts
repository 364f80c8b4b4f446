import { test } from 'node:test';
import { startSandbox } from './sandbox.ts';
import { SandboxForbiddenError } from './unshare.ts';

/**
 * For test files that need namespaces. Outside of a sandbox it runs the calling file again inside of one, hands its
 * output and its exit code on, and returns false: the caller has nothing left to do. Inside it returns true.
 */
export async function insideSandbox(file: string): Promise<boolean> {
  if (process.env['HERALD_SANDBOX'] !== undefined) return true;
  try {
    const sandbox = await startSandbox({ program: file, execArgv: process.execArgv });
    process.exitCode = await sandbox.exited;
  } catch (error) {
    if (!(error instanceof SandboxForbiddenError)) throw error;
    test(`${file} in a sandbox`, { skip: error.message }, () => undefined);
  }
  return false;
}
