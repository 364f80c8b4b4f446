/** For the sandbox's tests: starts a sandbox that never ends by itself. Argument: a folder that it is to remove. */
import { join } from 'node:path';
import { startSandbox } from '../sandbox.ts';

const sandbox = await startSandbox({
  program: join(import.meta.dirname, 'endless.ts'),
  removeAtEnd: process.argv.slice(2),
});
process.exitCode = await sandbox.exited;
