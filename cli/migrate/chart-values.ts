import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  readArray,
  readObject,
  readText,
} from '../../shared/api/json.ts';
import type { DraftComment, ValuesDraft } from './draft.ts';
import { interfaceExclusions } from './interface-exclusions.ts';
import type { MetallbProgram } from './program-arguments.ts';

type Comments = readonly DraftComment[];
interface Part {
  readonly values?: JsonObject | undefined;
  readonly comments?: Comments;
}

/** The port of pulses and of MetalLB's memberlist, where nothing else is said. */
const memberlistPort = 7946;
const logLevels: Readonly<Record<string, string>> = {
  all: 'debug',
  debug: 'debug',
  warn: 'warn',
  error: 'error',
  none: 'error',
};

/** The chart's own, so that what equals it need not be said. */
export const chartDefaults = {
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  controllerTolerations: [],
  speakerTolerations: [
    { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' },
    { key: 'node-role.kubernetes.io/master', operator: 'Exists', effect: 'NoSchedule' },
  ],
} as const;

/** Flags whose meaning Herald has no need of: it learns it by itself, or has nothing of the kind. */
const needless =
  /^(host|node-name|pod-name|namespace|kubeconfig|deployment|ml-.*|health-probe-port|cert-.*|webhook.*)$/;
const needlessToo: readonly string[] = [
  'disable-cert-rotation',
  'config',
  'lb-class',
  'ignore-exclude-lb',
  'log-level',
];

const lost: readonly (readonly [flag: RegExp, why: string])[] = [
  [
    /^port$/,
    'metrics are served on controller.port (7472) and speaker.port (7473), under names that begin with herald_',
  ],
  [/^(tls-.*|metrics-cert-dir)$/, 'metrics are served without TLS'],
  [/pprof/, 'there is no profiler'],
  [/^(bgp-.*|frrk8s-.*)$/, 'BGP is not served yet'],
];

/** What the options of MetalLB's programs, and its list of excluded interfaces, are among the values of Herald's chart. */
export function chartValues(
  programs: readonly MetallbProgram[],
  excludedInterfaces: readonly string[] | undefined,
): ValuesDraft {
  const parts = [
    classPart(programs),
    levelPart(programs),
    pulsesPart(programs.find(({ program }) => program === 'speaker')),
    ...programs.map(podPart),
    excludedInterfaces === undefined ? {} : exclusionsPart(excludedInterfaces),
    ...programs.map(lostPart),
  ];
  return {
    values: parts.reduce<JsonObject>((all, { values }) => merged(all, values ?? {}), {}),
    comments: onceEach(parts.flatMap(({ comments }) => comments ?? [])),
  };
}

function classPart(programs: readonly MetallbProgram[]): Part {
  const classes = [...new Set(programs.map(({ flags }) => flags.get('lb-class') ?? ''))].toSorted();
  const [loadBalancerClass] = classes.filter((name) => name !== '');
  if (loadBalancerClass === undefined) return {};
  const values = { loadBalancerClass };
  if (classes.length === 1) return { values };
  const text = `MetalLB's controller and speaker differ (--lb-class ${classes.map((name) => `"${name}"`).join(' and ')}); Herald has one class for both`;
  return { values, comments: [{ path: ['loadBalancerClass'], text }] };
}

/** Of two programs the more talkative counts. */
function levelPart(programs: readonly MetallbProgram[]): Part {
  const levels = programs.map(({ flags }) => logLevels[flags.get('log-level') ?? 'info'] ?? 'info');
  const logLevel = ['debug', 'info', 'warn', 'error'].find((level) => levels.includes(level));
  return logLevel === undefined || logLevel === 'info' ? {} : { values: { logLevel } };
}

/** Firewalls between the nodes let the memberlist's port through; Herald can have it once MetalLB is gone. */
function pulsesPart(speaker: MetallbProgram | undefined): Part {
  if (speaker === undefined) return {};
  const { flags, environment } = speaker;
  const port = Number(flags.get('ml-bindport') ?? environment.get('METALLB_ML_BIND_PORT') ?? memberlistPort);
  const wan: Comments = flags.has('ml-wan-config')
    ? [
        {
          path: ['pulses'],
          text: 'not carried over: --ml-wan-config; raise pulses.intervalMs or pulses.multiplier where nodes are far apart',
        },
      ]
    : [];
  if (!Number.isInteger(port) || port === memberlistPort) return { comments: wan };
  const text =
    'the port of the memberlist, which firewalls between the nodes know; by UDP alone, and with a key that Herald makes';
  return { values: { pulses: { port } }, comments: [{ path: ['pulses', 'port'], text }, ...wan] };
}

function podPart({ program, pod, flags }: MetallbProgram): Part {
  const tolerations = program === 'speaker' ? chartDefaults.speakerTolerations : chartDefaults.controllerTolerations;
  const values: JsonObject = {
    ...(program === 'speaker' && flags.get('ignore-exclude-lb') === 'true' && { ignoreExcludeLb: true }),
    ...unlessSame('nodeSelector', readObject(pod, 'nodeSelector'), chartDefaults.nodeSelector),
    ...unlessSame('tolerations', readArray(pod, 'tolerations'), tolerations),
    ...unlessSame('affinity', readObject(pod, 'affinity'), {}),
    ...(readText(pod, 'priorityClassName') !== '' && { priorityClassName: readText(pod, 'priorityClassName') }),
  };
  return Object.keys(values).length === 0 ? {} : { values: { [program]: values } };
}

function unlessSame(field: string, value: JsonValue, byDefault: JsonValue): JsonObject {
  return canonical(value) === canonical(byDefault) ? {} : { [field]: value };
}

/** The same text for the same value, whatever the order of keys, and of a list's entries. */
function canonical(value: JsonValue | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonical).toSorted().join()}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`);
  return `{${entries.toSorted().join()}}`;
}

function exclusionsPart(patterns: readonly string[]): Part {
  const { entries, leftOut } = interfaceExclusions(patterns);
  const comments = leftOut.map(({ entry, why }) => ({
    path: ['speaker', 'excludeInterfaces'],
    text: `not carried over: ${JSON.stringify(entry)} (${why})`,
  }));
  return { values: entries && { speaker: { excludeInterfaces: entries } }, comments };
}

function lostPart({ program, flags }: MetallbProgram): Part {
  const names = [...flags.keys()].filter((name) => !needless.test(name) && !needlessToo.includes(name)).toSorted();
  const comments = names.map((name) => {
    const why = lost.find(([flag]) => flag.test(name))?.[1] ?? 'Herald has no such flag';
    return { path: [program], text: `not carried over: --${name}=${flags.get(name)} (${why})` };
  });
  return { comments };
}

/** Both programs have some flags. */
function onceEach(comments: Comments): Comments {
  return comments.filter(({ text }, index) => comments.findIndex((other) => other.text === text) === index);
}

function merged(a: JsonObject, b: JsonObject): JsonObject {
  const both: Record<string, JsonValue | undefined> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const before = both[key];
    both[key] = isJsonObject(before) && isJsonObject(value) ? merged(before, value) : value;
  }
  return both;
}
