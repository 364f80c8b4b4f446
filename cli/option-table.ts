export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: boolean;
  /** What stands for its value in the usage. */
  readonly value?: string;
  readonly help: string;
  /** All values that it may have, for completion. */
  readonly values?: readonly string[];
  /** What its value is the name of, for completion. */
  readonly names?: 'namespaces' | 'files';
  /** True for those that every command has. */
  readonly common?: boolean;
}

export const outputs = ['text', 'json', 'yaml'] as const;
export type Output = (typeof outputs)[number];

/** Every option, declared once: for parsing, the usage and completion. */
export const optionTable = {
  kubeconfig: {
    type: 'string',
    value: 'FILE',
    help: 'API server and credentials ($KUBECONFIG, else ~/.kube/config)',
    names: 'files',
    common: true,
  },
  context: { type: 'string', value: 'NAME', help: 'context of the kubeconfig (its current one)', common: true },
  namespace: {
    type: 'string',
    short: 'n',
    value: 'NAME',
    help: 'of the Service in explain; of the installation in all other commands',
    names: 'namespaces',
    common: true,
  },
  'herald-namespace': {
    type: 'string',
    value: 'NAME',
    help: 'where Herald is installed (found by its Leases, else herald-system)',
    names: 'namespaces',
    common: true,
  },
  output: {
    type: 'string',
    short: 'o',
    value: 'FORMAT',
    help: 'text, json or yaml (text)',
    values: outputs,
    common: true,
  },
  color: {
    type: 'boolean',
    help: '--no-color prints without colours ($NO_COLOR; colours only on a terminal)',
    common: true,
  },
  'lb-class': {
    type: 'string',
    value: 'CLASS',
    help: 'serves this loadBalancerClass (as the controller runs)',
    common: true,
  },
  config: {
    type: 'string',
    value: 'NAME',
    help: 'ConfigMap in the form of v0.12 (as the controller runs)',
    common: true,
  },
  'ignore-exclude-lb': {
    type: 'boolean',
    help: 'announces from excluded nodes too (as the speakers run)',
    common: true,
  },
  help: { type: 'boolean', short: 'h', help: 'prints this', common: true },
  watch: { type: 'boolean', short: 'w', help: 'draws anew whenever something changes, until Ctrl-C' },
  filename: {
    type: 'string',
    short: 'f',
    value: 'FILE',
    multiple: true,
    help: 'manifests to read, - for stdin',
    names: 'files',
  },
  delete: { type: 'boolean', help: 'plans to delete what the manifests name, not to apply it' },
  from: { type: 'string', value: 'NAMESPACE', help: "MetalLB's (metallb-system)", names: 'namespaces' },
  values: { type: 'boolean', help: "prints the values for Herald's chart alone" },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export type OptionName = keyof typeof optionTable;

/** With the type in which all entries can be looked at alike. */
export function optionSpecs(): readonly (readonly [string, OptionSpec])[] {
  return Object.entries<OptionSpec>(optionTable);
}
