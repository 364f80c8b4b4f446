const units = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
  { name: 's', ms: 1_000 },
] as const;

/** `3 h`: whole units of the largest one of which there are two, or the only one. */
export function ageText(ms: number): string {
  const unit = units.find((one) => ms >= 2 * one.ms) ?? { name: 's', ms: 1_000 };
  return `${Math.max(0, Math.floor(ms / unit.ms))} ${unit.name}`;
}

/** `2026-01-31 09:05:00 UTC`. */
export function timeText(wallMs: number): string {
  return new Date(wallMs)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
}
