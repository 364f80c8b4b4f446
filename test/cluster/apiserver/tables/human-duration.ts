const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

/** Steps of an age, from the finest: below `below`, whole `unit`s and, where it stands, the rest in `rest`. */
const steps: readonly {
  readonly below: number;
  readonly unit: readonly [number, string];
  readonly rest?: readonly [number, string];
}[] = [
  { below: 2 * minute, unit: [second, 's'] },
  { below: 10 * minute, unit: [minute, 'm'], rest: [second, 's'] },
  { below: 3 * hour, unit: [minute, 'm'] },
  { below: 8 * hour, unit: [hour, 'h'], rest: [minute, 'm'] },
  { below: 2 * day, unit: [hour, 'h'] },
  { below: 8 * day, unit: [day, 'd'], rest: [hour, 'h'] },
  { below: 2 * year, unit: [day, 'd'] },
  { below: 8 * year, unit: [year, 'y'], rest: [day, 'd'] },
  { below: Number.POSITIVE_INFINITY, unit: [year, 'y'] },
];

/** A duration as Kubernetes' tables show it: at most two units, fewer the longer it is. */
export function humanDuration(durationMs: number): string {
  if (durationMs <= -2 * second) return '<invalid>';
  const positive = Math.max(0, durationMs);
  const step = steps.find(({ below }) => positive < below);
  if (step === undefined) return '<invalid>';
  const [size, name] = step.unit;
  const whole = Math.floor(positive / size);
  const text = `${whole}${name}`;
  if (step.rest === undefined) return text;
  const rest = Math.floor((positive - whole * size) / step.rest[0]);
  return rest === 0 ? text : `${text}${rest}${step.rest[1]}`;
}

/** The age of an RFC 3339 time; `<unknown>` where there is none. */
export function humanAge(timestamp: unknown, nowMs: number): string {
  const timeMs = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
  return Number.isNaN(timeMs) ? '<unknown>' : humanDuration(nowMs - timeMs);
}
