import { type ParseArgsConfig, parseArgs } from 'node:util';
import { errorText } from './error-text.ts';
import { type LogLevel, logLevels } from './log.ts';

/** The command line or the environment can't be used. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
  readonly code = 'OptionsInvalid';
}

/** Somebody asked for `--help`; the message is the usage. */
export class HelpRequested extends Error {
  override readonly name = 'HelpRequested';
  readonly code = 'HelpRequested';
}

export interface Listen {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads long options, and nothing else: an option that is not in `options` is an error.
 * @throws OptionsError, with the usage; HelpRequested for `--help`
 */
export function parseOptions<T extends NonNullable<ParseArgsConfig['options']>>(
  argv: readonly string[],
  options: T,
  usage: string,
) {
  if (argv.includes('--help')) throw new HelpRequested(usage);
  try {
    return parseArgs({ args: [...argv], options, allowNegative: true }).values;
  } catch (cause) {
    throw new OptionsError(`cannot read options: ${cause instanceof Error ? cause.message : String(cause)}\n${usage}`, {
      cause,
    });
  }
}

/** `:PORT`, `HOST:PORT` or `[HOST]:PORT`; without a host both families are served where the kernel has IPv6. */
export function readListen(text: string): Listen {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) throw new OptionsError(`cannot read --listen=${text}: not [HOST]:PORT`);
  return { host: match[1] || match[2] || '::', port };
}

export function readLogLevel(text: string): LogLevel {
  const level = logLevels.find((known) => known === text);
  if (level === undefined) {
    throw new OptionsError(`cannot read --log-level=${text}: not one of ${logLevels.join(', ')}`);
  }
  return level;
}

/** A whole number of an option, within bounds. */
export function readCount(
  option: string,
  text: string,
  bounds: { readonly min: number; readonly max: number },
): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= bounds.min && count <= bounds.max) return count;
  throw new OptionsError(`cannot read --${option}=${text}: not a whole number from ${bounds.min} to ${bounds.max}`);
}

/** Says why a program does not run, and sets its exit code: 0 after `--help`, 2 for wrong options, 1 for all else. */
export function reportEnd(
  error: unknown,
  process: {
    exitCode?: NodeJS.Process['exitCode'];
    stdout: { write(text: string): void };
    stderr: { write(text: string): void };
  },
): void {
  if (error instanceof HelpRequested) {
    process.stdout.write(`${error.message}\n`);
    process.exitCode = 0;
    return;
  }
  // As it stands: the usage that it may carry has many lines.
  const wrongOptions = error instanceof OptionsError;
  process.stderr.write(`${wrongOptions ? error.message : errorText(error)}\n`);
  process.exitCode = wrongOptions ? 2 : 1;
}
