const unitMs: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 0.001,
  µs: 0.001,
  ns: 0.000001,
};
const wholeText = /^(?:\d+(?:\.\d+)?(?:h|ms|m|s|us|µs|ns))+$/;
const partText = /(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g;

/** Reads a duration as Go writes it (`90s`, `1m30s`, `1.5h`, `0`), in ms; undefined for anything else. */
export function parseGoDuration(text: string): number | undefined {
  if (text === '0') return 0;
  if (text.length > 64 || !wholeText.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(partText)) ms += Number(amount) * (unitMs[unit ?? ''] ?? 0);
  return ms;
}
