import { type DestinationStream, destination, pino, stdTimeFunctions } from 'pino';
import { errorCode, errorText } from './error-text.ts';
import type { Log, LogFields, LogLevel } from './log.ts';

export interface LogOptions {
  readonly level: LogLevel;
  /** Which program: `controller`, `speaker`. */
  readonly name: string;
  /** Where the lines go; standard output by default. */
  readonly destination?: DestinationStream;
}

/** JSON lines: `{"level":"info","time":"…","name":"speaker","event":"…",…fields}`. */
export function createLog(options: LogOptions): Log {
  const logger = pino(
    {
      level: options.level,
      base: { name: options.name },
      messageKey: 'event',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    // Written at once: the last lines before a crash are those that matter.
    options.destination ?? destination({ dest: 1, sync: true }),
  );
  return {
    debug: (event, fields) => logger.debug(readable(fields), event),
    info: (event, fields) => logger.info(readable(fields), event),
    warn: (event, fields) => logger.warn(readable(fields), event),
    error: (event, fields) => logger.error(readable(fields), event),
  };
}

function readable(fields: LogFields | undefined): LogFields {
  if (fields === undefined || !('error' in fields)) return fields ?? {};
  const { error, ...rest } = fields;
  return { ...rest, code: errorCode(error), error: errorText(error) };
}
