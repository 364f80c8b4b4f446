import { type AddressRange, parseRange, rangesOverlap } from '../net/address-range.ts';
import type { Problem } from './finding-text.ts';
import { RangeOwners } from './range-owners.ts';

export interface ReadEntries {
  /** In the order of the entries, one each; those that can't be read are missing. */
  readonly ranges: readonly AddressRange[];
  readonly problems: readonly Problem[];
}

/** Reads the entries of `addresses`: at least one, every address in one entry only. */
export function readAddresses(entries: readonly string[], path: string): ReadEntries {
  const { ranges, problems } = readEntries(entries, path);
  if (entries.length === 0) {
    const text = 'the list is empty; give at least one CIDR (192.0.2.0/24), range (192.0.2.5-192.0.2.9) or address';
    return { ranges, problems: [{ severity: 'error', path, text }] };
  }
  // Where an entry can't be read, its neighbours are not compared: one mistake, one finding.
  return problems.length > 0 ? { ranges, problems } : { ranges, problems: overlapsWithin(entries, ranges, path) };
}

/** Reads the entries of `excludeAddresses`, which may overlap one another, but should each exclude something. */
export function readExclusions(
  entries: readonly string[],
  path: string,
  addresses: readonly AddressRange[],
): ReadEntries {
  const { ranges, problems } = readEntries(entries, path);
  if (problems.length > 0) return { ranges, problems };
  const idle = ranges.flatMap((range, index): readonly Problem[] => {
    if (addresses.some((address) => rangesOverlap(address, range))) return [];
    const text = `"${entries[index]}" excludes nothing: no entry of addresses holds any of it; remove it`;
    return [{ severity: 'notice', path: `${path}[${index}]`, text }];
  });
  return { ranges, problems: idle };
}

function readEntries(entries: readonly string[], path: string): ReadEntries {
  const ranges: AddressRange[] = [];
  const problems: Problem[] = [];
  for (const [index, entry] of entries.entries()) {
    const parsed = parseRange(entry);
    if (parsed.ok) ranges.push(parsed.range);
    else problems.push({ severity: 'error', path: `${path}[${index}]`, text: parsed.message });
  }
  return { ranges, problems };
}

function overlapsWithin(entries: readonly string[], ranges: readonly AddressRange[], path: string): readonly Problem[] {
  const owners = new RangeOwners<number>();
  const problems: Problem[] = [];
  for (const [index, range] of ranges.entries()) {
    const other = owners.overlapping(range);
    if (other === undefined) {
      owners.add(range, index);
      continue;
    }
    const text = `"${entries[index]}" overlaps "${entries[other]}" at ${path}[${other}]; list every address once`;
    problems.push({ severity: 'error', path: `${path}[${index}]`, text });
  }
  return problems;
}
