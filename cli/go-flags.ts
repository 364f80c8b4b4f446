/** Flags of MetalLB's programs that take no value of their own. */
const switches: readonly string[] = [
  'ignore-exclude-lb',
  'ml-wan-config',
  'disable-cert-rotation',
  'webhook-http2',
  'enable-pprof',
  'frrk8s-secret-passthrough',
];

/** Flags by name as Go reads them: `-name=value`, `--name=value`, `--name value`; one without a value is `true`. */
export function goFlags(args: readonly string[]): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  for (const [index, argument] of args.entries()) {
    const [, name, value] = /^--?([^-=][^=]*)(?:=(.*))?$/.exec(argument) ?? [];
    if (name === undefined) continue;
    const next = args[index + 1];
    const separate = switches.includes(name) || next === undefined || next.startsWith('-') ? 'true' : next;
    flags.set(name, value ?? separate);
  }
  return flags;
}
