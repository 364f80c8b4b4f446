/** An `error` among the fields is written with its code, its message and its causes' messages. */
export type LogFields = Readonly<Record<string, unknown>>;

/** State changes at info, once; packets at debug. `event` is a kebab-case name, what varies goes into the fields. */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];
