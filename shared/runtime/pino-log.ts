import { type DestinationStream, destination, pino, stdTimeFunctions } from 'pino';
import { errorCode, errorText } from './error-text.ts';
import { GatheredOutput } from './gathered-output.ts';
import type { Log, LogFields, LogLevel } from './log.ts';
import { systemClock } from './system-clock.ts';

/** sonic-boom writes at most 16 KiB at once, and wants to gather less than that. */
const gatheredBytes = 15 * 1024;
const gatherMs = 20;

export interface LogOptions {
  readonly level: LogLevel;
  /** Which program: `controller`, `speaker`. */
  readonly name: string;
  /** Where the lines go; standard output by default. */
  readonly destination?: DestinationStream;
}

/** JSON lines: `{"level":"info","time":"…","name":"speaker","event":"…",…fields}`. */
export function createLog(options: LogOptions): Log {
  const lines = options.destination ?? standardOutput();
  const logger = pino(
    {
      level: options.level,
      base: { name: options.name },
      messageKey: 'event',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    lines,
  );
  return {
    debug: (event, fields) => logger.debug(readable(fields), event),
    info: (event, fields) => logger.info(readable(fields), event),
    warn: (event, fields) => {
      logger.warn(readable(fields), event);
      flush(lines);
    },
    error: (event, fields) => {
      logger.error(readable(fields), event);
      flush(lines);
    },
  };
}

/**
 * Lines that tell of ten thousand Services are gathered, since each write is a system call and wakes a reader. Warnings
 * and errors are written at once, and the rest when the process ends: the last lines before a crash are those that matter.
 */
function standardOutput(): DestinationStream {
  const lines = destination({ dest: 1, sync: true, minLength: gatheredBytes });
  const output = new GatheredOutput(lines, systemClock(), gatherMs);
  process.once('exit', () => output.flushSync());
  return output;
}

function flush(lines: DestinationStream): void {
  if ('flushSync' in lines && typeof lines.flushSync === 'function') lines.flushSync();
}

function readable(fields: LogFields | undefined): LogFields {
  if (fields === undefined || !('error' in fields)) return fields ?? {};
  const { error, ...rest } = fields;
  return { ...rest, code: errorCode(error), error: errorText(error) };
}
