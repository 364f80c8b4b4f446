import type { Command } from './command.ts';
import { type OptionSpec, optionSpecs } from './option-table.ts';
import { columns } from './output/columns.ts';

/** Of the program where no command is given. */
export function usageOf(commands: readonly Command[], command: Command | undefined): string {
  return (command === undefined ? programUsage(commands) : commandUsage(command)).join('\n');
}

function programUsage(commands: readonly Command[]): readonly string[] {
  return [
    'usage: kubectl herald COMMAND [options]',
    ...columns(
      commands
        .filter(({ hidden }) => hidden !== true)
        .map(({ name, operands, summary }) => [`${name} ${operands}`.trimEnd(), summary]),
      '  ',
    ),
    'options of all commands:',
    ...optionLines(optionSpecs().filter(([, { common }]) => common === true)),
    'exit codes: 0 fine, 1 something is wrong, 2 wrong usage or no cluster, 3 plan: something moves',
  ];
}

function commandUsage({ name, operands, summary, options }: Command): readonly string[] {
  const names: readonly string[] = options;
  const own = optionSpecs().filter(([option]) => names.includes(option));
  return [
    `usage: kubectl herald ${[name, operands, '[options]'].filter((part) => part !== '').join(' ')}`,
    `  ${summary}`,
    ...(own.length === 0 ? [] : ['options:', ...optionLines(own)]),
    'options of all commands:',
    ...optionLines(optionSpecs().filter(([, { common }]) => common === true)),
  ];
}

function optionLines(specs: readonly (readonly [string, OptionSpec])[]): readonly string[] {
  return columns(
    specs.map(([name, { short, value, help }]) => [
      `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`,
      help,
    ]),
    '  ',
  );
}
