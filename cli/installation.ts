import { type StrictArpPolicy, strictArpPolicies } from '../shared/api/strict-arp.ts';
import type { Workload } from '../shared/api/workload.ts';
import { parseGoDuration } from '../shared/config/go-duration.ts';
import { defaultExclusions } from '../speaker/interfaces.ts';
import type { Failback } from '../speaker/ownership/owned-group.ts';

/** How the running controller and speakers were started, as far as it decides something. */
export interface Installation {
  /** Undefined: they serve Services without a class. */
  readonly loadBalancerClass: string | undefined;
  readonly configMapName: string;
  readonly ignoreExcludeLabel: boolean;
  /** Beginnings of names of interfaces that serve only advertisements which name them. */
  readonly excludedInterfaces: readonly string[];
  readonly strictArp: StrictArpPolicy;
  readonly failback: Failback;
  /** UDP; 0: speakers live by their Leases alone. */
  readonly pulsePort: number;
  /** The Deployment of controllers; undefined where none was found. */
  readonly controller: Workload | undefined;
  /** The DaemonSet of speakers. */
  readonly speaker: Workload | undefined;
}

/** What the user says of it; what is undefined stays as it was found. */
export interface InstallationOverrides {
  readonly loadBalancerClass: string | undefined;
  readonly configMapName: string | undefined;
  readonly ignoreExcludeLabel: boolean | undefined;
}

export const noOverrides: InstallationOverrides = {
  loadBalancerClass: undefined,
  configMapName: undefined,
  ignoreExcludeLabel: undefined,
};

export interface Workloads {
  readonly controller: Workload | undefined;
  readonly speaker: Workload | undefined;
}

/** Reads the options from the arguments in the Pod templates; where there are none, the programs' own defaults hold. */
export function installationOf(workloads: Workloads, overrides: InstallationOverrides): Installation {
  const { controller, speaker } = workloads;
  const flags = flagsOf([...(controller?.args ?? []), ...(speaker?.args ?? [])]);
  const ignores = flags.get('ignore-exclude-lb');
  const exclusions = flags.get('exclude-interfaces');
  const port = Number(flags.get('pulse-port') ?? '7946');
  return {
    ...workloads,
    loadBalancerClass: overrides.loadBalancerClass ?? (flags.get('lb-class') || undefined),
    configMapName: overrides.configMapName ?? (flags.get('config') || 'config'),
    ignoreExcludeLabel: overrides.ignoreExcludeLabel ?? (ignores !== undefined && ignores !== 'false'),
    excludedInterfaces: exclusions?.split(',').filter((entry) => entry !== '') ?? defaultExclusions,
    strictArp: strictArpPolicies.find((policy) => policy === flags.get('strict-arp')) ?? 'warn',
    failback: failbackOf(flags.get('failback') ?? 'never'),
    pulsePort: Number.isInteger(port) ? port : 7946,
  };
}

/** `--name=value`, `--name value` and `--name` alone (''); the last one of a name wins. */
function flagsOf(args: readonly string[]): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  for (const [index, arg] of args.entries()) {
    const match = /^--([a-z0-9-]+)(?:=(.*))?$/s.exec(arg);
    if (match === null) continue;
    const next = args[index + 1];
    const apart = next === undefined || next.startsWith('-') ? '' : next;
    flags.set(match[1] ?? '', match[2] ?? apart);
  }
  return flags;
}

function failbackOf(text: string): Failback {
  if (text === 'always' || text === 'never') return text;
  const delayMs = parseGoDuration(text);
  return delayMs === undefined ? 'never' : { delayMs };
}
