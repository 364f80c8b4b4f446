import { readFileSync } from 'node:fs';
import { errorText } from '../../shared/runtime/error-text.ts';
import { CommandError } from '../command-error.ts';

/** What stands in one file, or came by standard input. */
export interface TextFile {
  /** For messages. */
  readonly name: string;
  readonly text: string;
}

const standardInput = 0;

/**
 * Reads files; `-` is standard input.
 * @throws CommandError
 */
export function readTextFiles(names: readonly string[]): readonly TextFile[] {
  return names.map((name) => {
    try {
      const text = readFileSync(name === '-' ? standardInput : name, 'utf8');
      return { name: name === '-' ? 'standard input' : name, text };
    } catch (cause) {
      throw new CommandError('Unreadable', `cannot read ${name}: ${errorText(cause)}`, { cause });
    }
  });
}
