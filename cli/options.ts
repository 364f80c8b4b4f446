import { parseArgs } from 'node:util';
import { HelpRequested, OptionsError } from '../shared/runtime/command-line.ts';
import type { CliOptions } from './cli-options.ts';
import type { Command } from './command.ts';
import { wordsCommandName } from './completion/scripts.ts';
import { noOverrides } from './installation.ts';
import { type Output, optionSpecs, optionTable, outputs } from './option-table.ts';
import { usageOf } from './usage.ts';

export interface OptionSources {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Is stdout a terminal? */
  readonly terminal: boolean;
}

/** Commands whose `-n` names something else than the installation. */
const ofService = ['explain'];

/**
 * Reads the command line and the environment.
 * @throws OptionsError, HelpRequested
 */
export function readOptions(commands: readonly Command[], sources: OptionSources): CliOptions {
  const { argv, environment, terminal } = sources;
  if (argv[0] === wordsCommandName) return readWords(argv.slice(1));
  const { values, positionals } = parse(commands, argv);
  const [name, ...operands] = positionals;
  const command = commands.find((one) => one.name === name);
  if (values.help === true || name === undefined || name === 'help')
    throw new HelpRequested(usageOf(commands, command));
  if (command === undefined) {
    throw new OptionsError(`cannot run ${name}: there is no such command; ${helpOf(undefined)}`);
  }
  checkOptions(command, Object.keys(values));
  checkOperands(command, operands);
  const namespace = orNone(values.namespace);
  return Object.freeze({
    command: command.name,
    operands,
    kubeconfig: orNone(values.kubeconfig),
    context: orNone(values.context),
    namespace,
    heraldNamespace: values['herald-namespace'] || (ofService.includes(command.name) ? undefined : namespace),
    output: readOutput(values.output ?? 'text'),
    color: values.color ?? (terminal && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb'),
    watch: values.watch ?? false,
    files: values.filename ?? [],
    deletes: values.delete ?? false,
    metallbNamespace: orNone(values.from),
    valuesOnly: values.values ?? false,
    overrides: {
      loadBalancerClass: orNone(values['lb-class']),
      configMapName: orNone(values.config),
      ignoreExcludeLabel: values['ignore-exclude-lb'],
    },
  });
}

/** Words of a command line that somebody is still writing: what can be read of them says where the API server is. */
function readWords(words: readonly string[]): CliOptions {
  const { values } = parseArgs({ args: [...words], options: optionTable, strict: false, allowPositionals: true });
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? orNone(value) : undefined);
  return Object.freeze({
    command: wordsCommandName,
    operands: words,
    kubeconfig: text(values['kubeconfig']),
    context: text(values['context']),
    namespace: text(values['namespace']),
    heraldNamespace: undefined,
    output: 'text',
    color: false,
    watch: false,
    files: [],
    deletes: false,
    metallbNamespace: undefined,
    valuesOnly: false,
    overrides: noOverrides,
  });
}

/** An empty text stands for none. */
function orNone(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function parse(commands: readonly Command[], argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: optionTable, allowNegative: true, allowPositionals: true });
  } catch (cause) {
    // Node adds advice about `--`, in a sentence of its own.
    const why = (cause instanceof Error ? cause.message : String(cause)).replace(/\.(\s[\s\S]*)?$/, '');
    const command = commands.find(({ name }) => argv.includes(name));
    throw new OptionsError(`cannot read options: ${why}; ${helpOf(command)}`, { cause });
  }
}

function checkOptions(command: Command, given: readonly string[]): void {
  const own: readonly string[] = command.options;
  const foreign = given.find((name) => !own.includes(name) && !isCommon(name));
  if (foreign === undefined) return;
  throw new OptionsError(`cannot read options: ${command.name} has no option --${foreign}; ${helpOf(command)}`);
}

function isCommon(name: string): boolean {
  return optionSpecs().some(([option, { common }]) => option === name && common === true);
}

function checkOperands(command: Command, operands: readonly string[]): void {
  const { min, max } = command.operandCount;
  if (operands.length >= min && operands.length <= max) return;
  const why = operands.length < min ? `${command.operands} is missing` : `"${operands[max]}" is one argument too many`;
  throw new OptionsError(`cannot run ${command.name}: ${why}; ${helpOf(command)}`);
}

function helpOf(command: Command | undefined): string {
  return `see ${['kubectl herald', command?.name, '--help'].filter((part) => part !== undefined).join(' ')}`;
}

function readOutput(text: string): Output {
  const output = outputs.find((one) => one === text);
  if (output !== undefined) return output;
  throw new OptionsError(`cannot read --output=${text}: not one of ${outputs.join(', ')}`);
}
