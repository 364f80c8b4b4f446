import { defaultExclusions } from '../../speaker/interfaces.ts';

export interface InterfaceExclusions {
  /** For `speaker.excludeInterfaces`; undefined where it is what Herald does anyway. */
  readonly entries: readonly string[] | undefined;
  /** Those that can't be carried over, and why. */
  readonly leftOut: readonly { readonly entry: string; readonly why: string }[];
}

/**
 * MetalLB's `announcedInterfacesToExclude` (regular expressions that match anywhere in a name) as Herald's
 * `excludeInterfaces` (that match from its beginning). Loopback is never announced on.
 */
export function interfaceExclusions(patterns: readonly string[]): InterfaceExclusions {
  const wanted = patterns.filter((pattern) => pattern !== '^lo$');
  const leftOut = wanted.flatMap((entry) => {
    const why = refusalOf(entry);
    return why === undefined ? [] : [{ entry, why }];
  });
  const entries = wanted.filter((entry) => refusalOf(entry) === undefined).map(fromTheBeginning);
  const asDefault = leftOut.length === 0 && [...entries].sort().join() === [...defaultExclusions].sort().join();
  return { entries: asDefault ? undefined : entries, leftOut };
}

function refusalOf(pattern: string): string | undefined {
  if (pattern.includes(',')) return 'a comma ends an entry of excludeInterfaces';
  try {
    return new RegExp(pattern) && undefined;
  } catch {
    return 'not a regular expression of JavaScript';
  }
}

function fromTheBeginning(pattern: string): string {
  // Of alternatives an anchor binds only the first.
  const anchored = pattern.startsWith('^') && !pattern.includes('|');
  return anchored ? pattern.slice(1).replace(/(?<!\\)\.\*$/, '') : `.*(?:${pattern})`;
}
