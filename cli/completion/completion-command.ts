import type { Command } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { completionScript, completionTargets } from './scripts.ts';

export const completionCommand: Command = {
  name: 'completion',
  summary: 'what a shell reads to complete words: source <(kubectl herald completion bash)',
  operands: completionTargets.join('|'),
  operandCount: { min: 1, max: 1 },
  operandValues: completionTargets,
  options: [],
  run: ({ options }) => {
    const [name] = options.operands;
    const target = completionTargets.find((one) => one === name);
    if (target === undefined) {
      const message = `cannot complete words in ${name}: not one of ${completionTargets.join(', ')}`;
      return Promise.reject(new CommandError('Invalid', message));
    }
    const lines = completionScript(target);
    return Promise.resolve({ report: { target, script: lines.join('\n') }, lines, exitCode: 0 });
  },
};
