#!/usr/bin/env node
import { reportEnd } from '../shared/runtime/command-line.ts';
import type { Terminal } from './command.ts';
import { commands } from './commands.ts';
import { openSession } from './kube/open-session.ts';
import { readOptions } from './options.ts';
import { documentOf } from './output/document.ts';
import { withUnreachableExplained } from './unreachable.ts';

const { stdout } = process;

const terminal: Terminal = {
  get size() {
    return stdout.isTTY ? { columns: stdout.columns, rows: stdout.rows } : undefined;
  },
  write: (text) => void stdout.write(text),
};

async function run(): Promise<void> {
  const sources = { argv: process.argv.slice(2), environment: process.env, terminal: stdout.isTTY };
  const options = readOptions(commands, sources);
  const interrupted = new AbortController();
  // Otherwise it ends the process.
  if (options.watch) process.once('SIGINT', () => interrupted.abort());
  const session = openSession(options, terminal, interrupted.signal);
  try {
    const outcome = await commands.find(({ name }) => name === options.command)?.run(session);
    if (outcome === undefined) return;
    if (outcome.written !== true) stdout.write(documentOf(outcome, options.output));
    process.exitCode = outcome.exitCode;
  } finally {
    session.close();
  }
}

// `| head` reads no further than it wants to.
stdout.on('error', () => process.exit());
try {
  await run();
} catch (error) {
  reportEnd(withUnreachableExplained(error), process);
  // 1 is for what a command found out.
  if (process.exitCode !== 0) process.exitCode = 2;
}
